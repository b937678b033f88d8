"""What is written into a concern or update, and said of the call before it, read into what referrals takes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.gateway.calls.referrals import CONCERN_MAX, CONTACT_MAX, DETAIL_MAX, NUMBER_MAX
from services.gateway.words import LONDON, Fault, Fields, read_moment, read_time, too_long, typed_date
from shared import typed

CONCERN_MIN = 20
CALLED_DAYS_MAX = 7
"""A follow-up is written within a week of its call; the same bound is referrals' own."""
KEPT_TIMES = 25
"""How many times its bound of what was pasted into a field comes back to be shortened; beyond that, the beginning."""

TYPED = ("kind", "concern", "child_said", "family", "done_so_far", "parents_know", "parents_reason", "contact")
"""The fields of the form, in the order in which the page shows them."""
CALL = ("called-day", "called-month", "called-year", "called-time", "called_number")
"""The fields of the page about the call."""

BOUNDS = (
    ("concern", "What has happened", CONCERN_MAX),
    ("child_said", "What the child said", DETAIL_MAX),
    ("family", "Who else is in the family", DETAIL_MAX),
    ("done_so_far", "What your school has done", DETAIL_MAX),
    ("parents_reason", "Why they do not know", DETAIL_MAX),
    ("contact", "How to reach you", CONTACT_MAX),
)
MOST = {name: most for name, _, most in BOUNDS}


def typed_of(fields: Fields) -> dict[str, str]:
    """What was typed into the form, tidied, and nothing else of what came with it."""
    return {name: text for name in TYPED if (text := _tidy(name, fields.get(name, "")))}


def _tidy(name: str, text: str) -> str:
    shown = text[: MOST.get(name, CONTACT_MAX) * KEPT_TIMES]
    return typed.line(shown) if name in ("kind", "parents_know", "contact") else typed.text(shown)


def cut_of(fields: Fields) -> list[Fault]:
    """Which texts were so long that only their beginning is kept."""
    return [
        (name, f"{label} must be {most} characters or fewer. It was too long to keep: what is here is its beginning")
        for name, label, most in BOUNDS
        if len(fields.get(name, "")) > most * KEPT_TIMES
    ]


def mend_concern(written: Fields) -> list[Fault]:
    """What to mend before the form can be checked and sent. `written` is tidied."""
    known, concern = written.get("parents_know"), written.get("concern", "")
    unmet = [
        (written.get("kind") not in ("concern", "update"), "kind", "Choose if this is a new concern or an update"),
        (not concern, "concern", "Enter what has happened"),
        (
            0 < typed.seen_length(concern) < CONCERN_MIN,
            "concern",
            f"What has happened must be {CONCERN_MIN} characters or more",
        ),
        (not written.get("done_so_far"), "done_so_far", "Enter what your school has done so far"),
        (known not in ("yes", "no"), "parents_know", "Choose if the parents or carers know"),
        (known == "no" and not written.get("parents_reason"), "parents_reason", "Enter why they do not know"),
        (not written.get("contact"), "contact", "Enter how we can reach you"),
    ]
    return [(name, say) for wrong, name, say in unmet if wrong] + too_long(written, *BOUNDS)


def call_of(fields: Fields) -> dict[str, str]:
    """What was typed about the call."""
    return {name: text for name in CALL if (text := typed.line(fields.get(name, "")[:CONTACT_MAX]))}


def called(fields: Fields, now: datetime) -> tuple[datetime | None, str, list[Fault]]:
    """When the school called and which number, and all that is to be mended in it."""
    day, faults = typed_date(fields, "called", "The day you called")
    clock, number = fields.get("called-time", ""), typed.phone(fields.get("called_number", ""))
    if day is None and not faults:
        faults = [("called-day", "Enter the day you called")]
    if read_time(clock) is None:
        faults.append(("called-time", "Enter the time that you called, like 2:30pm or 14:30"))
    moment = read_moment(day, clock) if day else None
    faults += _not_lately(day, moment, now) if day else []
    if typed.length(number) > NUMBER_MAX or not typed.is_phone(number):
        faults.append(("called_number", "Enter the number that you called, like 01234 567890"))
    return moment, number, faults


def _not_lately(day: date, moment: datetime | None, now: datetime) -> list[Fault]:
    """A call is of today or of the seven days before: neither further back nor ahead."""
    today = now.astimezone(LONDON).date()
    if day > today:
        return [("called-day", "The day you called must be today or in the past")]
    if day < today - timedelta(days=CALLED_DAYS_MAX):
        return [("called-day", f"The day you called must be in the last {CALLED_DAYS_MAX} days")]
    if moment and moment > now:
        return [("called-time", "The time that you called must be in the past")]
    return []
