"""Why an upload is refused, what a person is shown of it, and for how long it can be taken and undone. Pure."""

from datetime import timedelta

from services.feed.roll_changes.domain import RollChange, said
from services.feed.roll_files.roll import ReadRoll
from services.feed.uploads import UploadedChild
from shared.database.refusal import Refusal


class UploadNotFound(Refusal):
    """There is no such upload of this school, or not any more."""


class ReasonNeeded(Refusal):
    """Too many children would leave the roll: a second press and a reason are needed."""


class RollChanged(Refusal):
    """The roll has been changed since this was shown. Upload the file again."""


class UndoTooLate(Refusal):
    """This upload can be undone no more."""


class NoUploads(Refusal):
    """The council's rolls come from its own system: schools upload none."""


UNDO_FOR = timedelta(days=30)
PREVIEW_FOR = timedelta(days=1)


OF_ANOTHER = (
    "This file is of another school (SourceSchool). Export one of your own school, or change the school you act for."
)
PARTIAL_FIRST = "This is a partial file, and your school has uploaded no roll yet. Upload a full one first."


def faults_of_school(read: ReadRoll, urn: str, number: str | None, has_uploaded: bool, whose: str | None) -> list[str]:
    """Why this file is none for this school. `number`: the DfE number that its files have said; `whose`: the school
    whose files have said the number that this one says."""
    names = read.school
    if (
        (names.urn and names.urn != urn)
        or (names.number and number and names.number != number)
        or whose not in (None, urn)
    ):
        return [OF_ANOTHER]
    if not read.whole and not has_uploaded:
        return [PARTIAL_FIRST]
    return []


NAMED_MAX = 300


def preview_of(change: RollChange, read: ReadRoll) -> dict[str, object]:
    """What a person is shown of it: sentences, names of some hundred at most, and what cannot be read."""
    return {
        "sentences": list(said(change, read)),
        "joins": [_named(one) for one in change.joins[:NAMED_MAX]],
        "leaves": [_named(one) for one in change.leaves[:NAMED_MAX]],
        "changes": [{**_named(one.child), "what": list(one.what)} for one in change.changes[:NAMED_MAX]],
        "differs": [{**_named(one.child), "what": list(one.what)} for one in change.differs[:NAMED_MAX]],
        "faults": [fault.sentence for fault in sorted(change.faults, key=lambda one: one.row)[:NAMED_MAX]],
        "school": read.school.name,
        "number": read.school.number,
    }


def _named(child: UploadedChild) -> dict[str, object]:
    return {"given_name": child.given_name, "family_name": child.family_name, "born": _day(child.born)}


def _day(born: str | None) -> str | None:
    """None for what is no date."""
    return None if born is None or born.startswith("?") else born
