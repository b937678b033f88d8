"""What is typed of a child who is not on the roll, read into what referrals takes."""

from datetime import date, datetime
from typing import Any

from services.gateway.calls.referrals import DETAIL_MAX
from services.gateway.calls.referrals.drafts import NAME_MAX
from services.gateway.frame.forms import Hidden
from services.gateway.frame.visit import Visit, Writing
from services.gateway.words import KEPT_TIMES, LONDON, Fault, Fields, left_out, too_long, typed_date
from shared import typed
from shared.contracts.referrals.answers import DraftAbout

CHILD_YEARS_MAX = 25
"""Nobody whom a school writes about is older."""
NAMES = {"given_name": "a first name", "family_name": "a last name"}
BORN = ("born-day", "born-month", "born-year")
BOUNDS = (
    ("given_name", "First name", NAME_MAX),
    ("family_name", "Last name", NAME_MAX),
    ("why_not_on_roll", "Why the child is not on your roll", DETAIL_MAX),
)

LABELS = tuple((name, label) for name, label, _ in BOUNDS)


class DescribedPage(Hidden):
    """That a page is a person's own, by its seal: an error page gives what was typed on it back to nobody else."""

    sealed_as = "DescribedPage"


def child_of(fields: Fields) -> dict[str, str]:
    """What was typed of the child, tidied, each as far as it can come back."""
    lines = {name: typed.line(fields.get(name, "")[: NAME_MAX * KEPT_TIMES]) for name in (*NAMES, *BORN)}
    return {**lines, "why_not_on_roll": typed.text(fields.get("why_not_on_roll", "")[: DETAIL_MAX * KEPT_TIMES])}


def as_typed(child: DraftAbout) -> dict[str, str]:
    """A child who was described, as it stands in the page's fields."""
    born = child.born
    day = {"born-day": str(born.day), "born-month": str(born.month), "born-year": str(born.year)} if born else {}
    names = {"given_name": child.given_name, "family_name": child.family_name}
    return {**names, **day, "why_not_on_roll": child.why_not_on_roll or ""}


def described(
    fields: Fields, now: datetime, unseen: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], list[Fault]]:
    """The child as referrals takes it, and what is to be mended. `unseen`: where characters were left out."""
    said = child_of(fields)
    born, faults = typed_date(fields, "born", "Date of birth")
    missing = [(name, f"Enter {what}, or Not known") for name, what in NAMES.items() if not said[name]]
    reason = [] if said["why_not_on_roll"] else [("why_not_on_roll", "Say why the child is not on your roll")]
    told = {name: said[name] for name in (*NAMES, "why_not_on_roll")}
    wrong = [*missing, *faults, *_not_a_childs(born, now), *reason, *too_long(said, *BOUNDS)]
    return {**told, "born": born.isoformat() if born else None}, wrong or left_out(unseen, *LABELS)


def _not_a_childs(born: date | None, now: datetime) -> list[Fault]:
    today = now.astimezone(LONDON).date()
    if born and born > today:
        return [("born-day", "Date of birth must be in the past")]
    if born and born.year < today.year - CHILD_YEARS_MAX:
        return [("born-day", f"Date of birth must be in the last {CHILD_YEARS_MAX} years. Check the year")]
    return []


def written(visit: Visit) -> Writing:
    """What somebody wrote of the child, for an error page to give back."""
    said = "\n".join(text for text in child_of(visit.fields).values() if text)
    return visit.writing({"described": said} if said else {}, DescribedPage, "draft")
