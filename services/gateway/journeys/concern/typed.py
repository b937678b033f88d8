"""What is typed into a concern's pages, read into what referrals takes."""

from datetime import date, datetime, timedelta
from typing import Any

from services.gateway.calls.referrals import CONTACT_MAX, NUMBER_MAX
from services.gateway.journeys.concern.pages import PAGES, PARENTS, QuestionPage
from services.gateway.words import KEPT_TIMES, LONDON, Fault, Fields, read_moment, read_time, too_long, typed_date
from shared import typed

CALLED_DAYS_MAX = 7
"""A follow-up is written within a week of its call; the same bound is referrals' own."""
LONGEST = CONTACT_MAX
"""Of what is typed into fields that have one line."""

TEXTS = {
    **{page.field: (page.called, page.most) for page in PAGES if page.most and not page.choices},
    **{page.reason: ("Why", page.most) for page in PAGES if page.reason},
}
"""Each text of the pages: what it is called, and how long it may be."""
LINES = ("contact",)
CALL = ("called-day", "called-month", "called-year", "called-time", "called_number")
"""The fields of the page about the call."""


def texts_of(fields: Fields) -> dict[str, str]:
    """The texts that were typed on a page, tidied, each as far as it can come back."""
    return {name: tidied(name, fields[name]) for name in TEXTS if name in fields}


def tidied(name: str, text: str) -> str:
    shown = text[: TEXTS[name][1] * KEPT_TIMES]
    return typed.line(shown) if name in LINES else typed.text(shown)


def length_faults(fields: Fields) -> list[Fault]:
    """Which texts are too long; and of which, for that, only the beginning comes back."""
    said = texts_of(fields)
    bounds = [(name, *TEXTS[name]) for name in said]
    cut = {name for name, _, most in bounds if len(fields[name]) > most * KEPT_TIMES}
    beginning = ". It was too long to keep: what is here is its beginning"
    return [(name, f"{why}{beginning}" if name in cut else why) for name, why in too_long(said, *bounds)]


def answers(page: QuestionPage, fields: Fields) -> dict[str, Any]:
    """What referrals is told of a question's page."""
    said = texts_of(fields)
    if page.field == "parents":
        return {**_parents(fields.get("parents", "")), "parents_reason": said.get("parents_reason", "")}
    if page.choices:
        chosen = fields.get(page.field, "")
        return {page.field: chosen if chosen in page.choices else None}
    return {page.field: said.get(page.field, "")}


def _parents(chosen: str) -> dict[str, Any]:
    if chosen not in PARENTS:
        return {"parents_know": None, "parents_agree": None}
    knows = chosen != "unaware"
    return {"parents_know": knows, "parents_agree": chosen if knows else None}


def call_of(fields: Fields) -> dict[str, str]:
    """What was typed about the call."""
    return {name: text for name in CALL if (text := typed.line(fields.get(name, "")[:LONGEST]))}


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
