"""The roll's side where a child has two records: pupils, their enrolments, and the rows of an uploaded roll."""

from collections.abc import Mapping

from services.feed.source import Body, SourceRow, Table
from services.feed.sources import cells
from services.feed.sources.children import Who
from services.feed.sources.parts import upn, upns
from services.feed.sources.reading import Reading
from services.feed.uploads import UploadedChild, Uploads
from shared.contracts.feed import ChildPart

PUPIL, ENROLMENT = "pupil", "enrolment"
PUPIL_KEY = ("pupil_id",)
PUPIL_WHO = Who("forename", "surname", "born", "upn")

TABLES: Mapping[str, Table] = {
    PUPIL: Table(
        columns={
            "pupil_id": "text", "upn": "text", "former_upns": "texts", "forename": "text", "surname": "text",
            "born": "date",
        },
        key=PUPIL_KEY, kind="child", moves=("upn", "born"),
    ),
    ENROLMENT: Table(
        columns={"enrolment_id": "text", "pupil_id": "text", "urn": "text", "starts": "date", "ends": "date"},
        key=("enrolment_id",), about=PUPIL_KEY, ends="ends", moves=("pupil_id", "urn"),
    ),
}  # fmt: skip


def _pupil_row(child: UploadedChild) -> Body:
    return {
        "pupil_id": child.key, "upn": child.upn, "former_upns": list(child.former_upns) or None,
        "forename": child.given_name or None, "surname": child.family_name or None, "born": child.born,
    }  # fmt: skip


def _enrolment_row(key: str, child: UploadedChild, urn: str) -> Body:
    return {"enrolment_id": key, "pupil_id": child.key, "urn": urn, "starts": child.joined, "ends": None}


UPLOADS = Uploads(child=PUPIL, enrolment=ENROLMENT, school="urn", child_row=_pupil_row, enrolment_row=_enrolment_row)


def former(
    read: Reading[ChildPart], now: str | None, people: list[SourceRow], columns: tuple[str, ...]
) -> tuple[str, ...]:
    """The pupil's former UPNs, and what social care has in these columns, if that is another than the one `now`."""
    known = upns(read, read.own, "former_upns") if read.own.table == PUPIL else ()
    others = (upn(read, row, column, "former_upns") for row in people if row != read.own for column in columns)
    return tuple(dict.fromkeys((*known, *(one for one in others if one and one != now))))


def is_restricted(read: Reading[ChildPart], row: SourceRow) -> bool:
    """Whoever is on the list is, whatever stands beside it, but a plain no."""
    if row.body.get("restricted", ...) is None:
        return False
    return read.cell("restricted", cells.flag, row=row) is not False
