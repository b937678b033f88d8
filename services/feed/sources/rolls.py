"""The roll's side where a child has two records: pupils, their enrolments, and the rows of an uploaded roll."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from services.feed.source import Body, Described, SourceRow, Table
from services.feed.sources import cells
from services.feed.sources.cells import Unusable
from services.feed.sources.parts import latest, upn, upns
from services.feed.sources.reading import Reading
from services.feed.uploads import UploadedChild, Uploads
from shared.contracts.feed import ChildPart, Roll
from shared.upn import FORM

Value = TypeVar("Value")

PUPIL, ENROLMENT = "pupil", "enrolment"
PUPIL_KEY = ("pupil_id",)

Who = tuple[str, str, str, str]
"""The columns of a given name, a family name, a birth date and a UPN."""
PUPIL_WHO: Who = ("forename", "surname", "born", "upn")

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


def described(row: SourceRow, who: Who, *further: str) -> Described:
    """What a child's own row says of who it is. `further`: columns that hold former UPNs, one or a list of them."""
    given, family, born, number = who
    others = [one for column in further for one in _listed(row.body.get(column))]
    upns = (_readable(_upn, row.body, number), *others)
    return Described(
        _readable(cells.text, row.body, given) or "",
        _readable(cells.text, row.body, family) or "",
        _readable(cells.day, row.body, born),
        tuple(one for one in upns if isinstance(one, str) and FORM.fullmatch(one)),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _readable(read: Callable[[Body, str], Value], body: Body, column: str) -> Value | None:
    try:
        return read(body, column)
    except Unusable:
        return None


def _upn(body: Body, column: str) -> str:
    return cells.upn(cells.cell(body, column))


def rolls(read: Reading[ChildPart]) -> tuple[tuple[Roll, ...], tuple[Roll, ...]]:
    """Those that the child is on, and those that it may be on. A school that cannot be read may be any."""
    sure: list[Roll] = []
    perhaps: list[Roll] = []
    for row in read.rows(ENROLMENT):
        if span := read.span(row, "starts", "ends"):
            school = read.cell("urn", cells.urn, "rolls", row)
            if school:
                is_sure = is_its(read, row, "pupil_id") and not span.wrong
                (sure if is_sure else perhaps).append(Roll(school=school, starts=span.starts, ends=span.ends))
    return latest(read, ENROLMENT, "rolls", sure), latest(read, ENROLMENT, "rolls", perhaps)


def is_its(read: Reading[ChildPart], row: SourceRow, column: str, part: ChildPart | None = None) -> bool:
    """Whether the row says that it is about this child. One that did, and names nobody any more, may still be."""
    return read.key(column, row=row, part=part, needed=True) is not None


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
