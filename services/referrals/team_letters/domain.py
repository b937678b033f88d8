"""What a team is written, and when it is too late for that. Pure.

The schools are named, for the team is to know whom to speak to. No child, no worker and no person of a school is: an
e-mail lies in many places.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from uuid import UUID

from services.referrals.notices.domain.letter import FOOT, headed
from services.referrals.notices.domain.notice import OLD

SUBJECT = "Schools that looked up children of your team"
SAYS = (
    "{when}, these schools asked the Schools Child Portal who works with a child, and were shown somebody of your team:"
)
WHICH = "Which child it was is in the council's record of who looked at what: ask your data protection officer."


@dataclass(frozen=True, slots=True)
class TeamLetter:
    """A row of `team_letter`. `team`: its name; None: not known. `attempts`: this one included."""

    gathered_id: UUID
    team_id: UUID
    team: str | None
    first_day: date
    last_day: date
    schools: tuple[str, ...]
    made_at: datetime
    attempts: int

    def is_old(self, now: datetime) -> bool:
        return now - self.made_at > OLD


def letter(one: TeamLetter, names: Mapping[str, str], to: str, sender: str, portal: str, now: datetime) -> EmailMessage:
    """The message, as text. `names`: of schools, by their URN. Raises ValueError: `to` cannot be an address."""
    message = headed(SUBJECT, to, sender, one.gathered_id, portal, now)
    schools = "\n".join(f"- {line}" for line in sorted(names.get(urn) or f"School {urn}" for urn in one.schools))
    message.set_content("\n\n".join([SAYS.format(when=_when(one)), schools, WHICH, *FOOT]) + "\n")
    return message


def _when(one: TeamLetter) -> str:
    if one.first_day == one.last_day:
        return f"On {_day(one.last_day)}"
    return f"From {_day(one.first_day)} to {_day(one.last_day)}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
