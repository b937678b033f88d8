"""Events owned by the lookup service: every question about a child, and its answer."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact, Part

ANSWERS = True  # over HTTP, to whoever has an access token for it

Outcome = Literal["found", "no_open_case", "not_on_roll", "call_team", "narrow", "not_current", "close"]
Purpose = Literal["welfare", "update", "planning", "records", "other"]
"""Why a person asks; `other` with a reason in the person's own words."""


Differs = Literal["given_name", "family_name", "born", "swapped"]
"""In what a child differs from what was typed; swapped: its first and last name stand in each other's place."""
Apart = Literal["upn", "given_name", "family_name", "born"]
"""What to add or to check, to tell children apart who may all be meant."""


class Asked(Part):
    """What was typed: a UPN, or a name with a date of birth."""

    upn: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None
    born_part: str | None = None
    """In place of `born`, where not all of it was known, with XX for the rest: 2014-04-XX (ISO 8601-2)."""


class ShownWorker(Part):
    """One worker as the answer showed them, field by field."""

    worker_id: UUID
    name: str
    role: str
    lead: bool
    team: str | None = None
    phone: str | None = None
    email: str | None = None
    duty_phone: str | None = None
    duty_hours: str | None = None


class Shown(Part):
    """What the answer showed."""

    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None
    workers: tuple[ShownWorker, ...] = ()
    duty_team: str | None = None
    duty_phone: str | None = None
    duty_hours: str | None = None
    out_of_hours_phone: str | None = None


class SearchMade(Fact, key="search_id"):
    """A person asked whether a child has a worker, and this was answered. Outcome: see `Outcome`.

    `children` names the children that fitted the question: one for found, no_open_case and close; for the others those
    that matched though they were not shown, six of them at most (`narrow` counts no further); none for not_on_roll. Of
    a close match the person is shown the name and the birth date and nothing else, until they have said that this is
    the child: that is another search, which `confirms` this one. If the process dies between the commit and the answer,
    the record stands though nobody was shown it.
    """

    search_id: UUID
    asked: Asked
    shown: Shown
    reason: str | None = None
    """The person's own words, where the purpose is `other`."""
    as_of: datetime | None
    """Up to when the council's records were complete in the answer; None: not known, or `doubtful`."""
    confirms: UUID | None = None
    """The search whose close match the person has confirmed: only then is a child that `differs` answered."""
    differs: tuple[Differs, ...] = ()
    """In what the one child that fitted differs from what was typed."""
    tells_apart: tuple[Apart, ...] = ()
    """With `narrow`: what the person was told to add or to check."""
    doubtful: bool = False
    """With `not_current`: no plain answer because something that it would rest on could not be read in the source,
    however recent the records are."""
