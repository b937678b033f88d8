"""An entry of the record, in words: what each recorded field is called, and its value as a person says it. Pure."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.gateway import words
from services.gateway.journeys.record.words import ACTS, BY_ITSELF, CHANGES, OPTIONS, OUTCOMES, PARTS
from services.gateway.words import ROLES, WORKERS, day, stamp
from shared.contracts.audit import RecordedChild, RecordedEntry

FIELDS: Mapping[str, str] = {
    "upn": "UPN", "born": "Date of birth", "given_name": "First name", "family_name": "Last name",
    "as_of": "Correct as of",
    "role": "Role", "lead": "Lead worker", "phone": "Telephone", "email": "Email", "duty_team": "Team on duty",
    "duty_phone": "Duty line", "duty_hours": "Hours of the duty line", "out_of_hours_phone": "Out of hours",
    "due_at": "Answer due by", "gate": "Urgency", "urgency": "Urgency", "lowered_from": "Urgency before it was lowered",
    "roll_as_of": "The school's roll last confirmed", "roll_current": "The school's roll was up to date",
    "account_id": "Account", "person_named": "Person, as typed", "person": "Person", "school_named": "School, as typed",
    "child_sought": "Child, as typed", "since": "From", "until": "Until", "readings": "Readings of the record, too",
    "entries": "Entries shown", "shown": "Shown", "asked": "Asked", "kind": "Kind",
    "confirms": "Confirmed as the child that is meant", "differs": "Not as it was typed",
    "tells_apart": "Told to add or to check", "born_part": "Date of birth, as far as known", "pairs": "Pairs shown",
    "cells": "Cells shown", "continued": "A page after the first",
    "early_help": "Request for early help", "described": "Child described, not on the roll",
}  # fmt: skip
VALUES: Mapping[str, Mapping[str, str]] = {
    "gate": words.GATES, "kind": {**words.KINDS, **ACTS}, "role": {**words.WORKERS, **words.ROLES},
    "purpose": words.PURPOSES, "outcome": OUTCOMES, "differs": PARTS, "tells_apart": PARTS, "option": OPTIONS,
    "change": CHANGES,
}  # fmt: skip
"""The words for the values of a field; a value that has none yet is shown without underscores."""
SAYS: Mapping[str, Callable[[str], str]] = {
    "confirms": lambda _: "Yes, after it was shown as one that may be meant", "born_part": words.birth,
}  # fmt: skip
"""Fields whose value is said in a way of its own."""
SAID_ELSEWHERE = frozenset(
    {"actor", "role", "school", "agreement", "children", "purpose", "outcome", "asked", "shown", "reason", "as_of"}
)
"""Fields of a fact that the page has a line of its own for."""
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})")


def field(name: str) -> str:
    return FIELDS.get(name) or words.said({}, name)


def value(name: str, recorded: Any, names: Mapping[str, str]) -> str | None:
    """One recorded value in words; None: an id that names nobody, which only programs can use."""
    if isinstance(recorded, bool):
        return "Yes" if recorded else "No"
    if not isinstance(recorded, str):
        return str(recorded)
    if name in SAYS:
        return SAYS[name](recorded)
    if _is_id(recorded):
        return names.get(recorded)
    if name in VALUES:
        return words.said(VALUES[name], recorded)
    return readable(recorded)


def readable(text: str) -> str:
    """A recorded value in words, if it is a date, a time or one of the names above; any other text as it is."""
    try:
        if DATE.fullmatch(text):
            return day(date.fromisoformat(text))
        if MOMENT.fullmatch(text):
            return stamp(datetime.fromisoformat(text))
    except ValueError:
        return text
    return WORKERS.get(text) or ROLES.get(text) or text


def told(recorded: Any, names: Mapping[str, str]) -> Any:
    """A recorded structure as nested lists of (field, what is told); fields without anything to tell are left out."""
    if isinstance(recorded, Mapping):
        return [
            (field(name), inner) for name, each in recorded.items() if (inner := _told(name, each, names)) is not None
        ]
    return _told("", recorded, names)


def _told(name: str, recorded: Any, names: Mapping[str, str]) -> Any:
    if recorded in (None, [], {}):
        return None
    if isinstance(recorded, Mapping):
        return told(recorded, names) or None
    if isinstance(recorded, list):
        return _several(name, recorded, names)
    return value(name, recorded, names)


def _several(name: str, recorded: list[Any], names: Mapping[str, str]) -> Any:
    """A list; of ids that name nobody only how many they are is told."""
    if all(isinstance(each, str) and _is_id(each) and each not in names for each in recorded):
        return f"{len(recorded)} {'entry' if len(recorded) == 1 else 'entries'}"
    return [each for inner in recorded if (each := _told(name, inner, names)) is not None]


def rest(entry: RecordedEntry, names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """What the fact says beside the lines that every entry's page has."""
    yield from told({name: each for name, each in entry.body.items() if name not in SAID_ELSEWHERE}, names)


def raw(entry: RecordedEntry) -> str:
    """The fact's body as it was recorded, for whoever must see exactly that."""
    return json.dumps(entry.body, indent=2, ensure_ascii=False)


def who(entry: RecordedEntry) -> str:
    if entry.actor is None:
        return "The portal" if entry.kind in BY_ITSELF else "Somebody not signed in"
    return entry.actor.name or "A person whose name is not known"


def agreement(entry: RecordedEntry) -> str:
    """Under which agreement the school acted, by its name and date: never a bare hash."""
    if entry.agreement is None:
        return "None"
    name = entry.agreement_named or "Operational agreement"
    if entry.agreement_since:
        return f"{name} of {words.day(entry.agreement_since.astimezone(words.LONDON).date())}"
    return f"{name} in force on {words.day(entry.at.astimezone(words.LONDON).date())}"


def child(named: RecordedChild) -> str:
    """A child as it was known when this was recorded, and what it is called now if that differs."""
    if not named.name:
        return "A child whose name is not known"
    born = f", born {words.day(named.born)}" if named.born else ""
    now = f" (now {named.now})" if named.now and named.now != named.name else ""
    return f"{named.name}{born}{now}"


def _is_id(text: str) -> bool:
    try:
        return len(text) == len(str(UUID(int=0))) and bool(UUID(text))
    except ValueError:
        return False
