"""What a school writes, behind the gate that sends what is urgent to the telephone first. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shared import typed
from shared.clock import LONDON, today
from shared.contracts.referrals import Gate, Kind, ParentsAgree, Urgency
from shared.typed import Fault

GATES: Mapping[Urgency, Gate] = {
    "immediate": "telephoned",
    "significant": "telephoned",
    "urgent": "worker_told",
    "not_urgent": "not_urgent",
}
"""Which gate each answer went through, the most urgent first."""
CONCERN_MIN = 20
CALLED_DAYS = 7
"""A call that is longer ago is not what this referral follows up."""
LOWERED_DAYS = 366
"""Where the answer is not urgent any more, the call is kept as it was said: nobody is to call again, or to say
another day, because the draft has lain since."""


class ToMend(Exception):
    """The concern cannot be sent as it is. Nothing was asked, so nothing is recorded."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Concern:
    """What a school writes. `done_so_far`: by the school; `contact`: how to reach the writer.

    `urgency` None: sent by yesterday's page, which told the gate and not the answer. `called_at` and `called_number`
    are kept whenever there was a call, also if the sender answered after it that it is not urgent.
    """

    gate: Gate
    called_at: datetime | None
    called_number: str | None
    kind: Kind
    concern: str
    done_so_far: str
    parents_know: bool
    parents_reason: str | None
    contact: str
    child_said: str | None
    family: str | None
    urgency: Urgency | None = None
    lowered_from: Urgency | None = None
    parents_agree: ParentsAgree | None = None
    """None: they do not know, or the page of then did not ask."""

    def faults(self, now: datetime) -> list[Fault]:
        """What must be mended before this can be sent. Urgent matters are called in first; this is the follow-up."""
        called = self.gate != "not_urgent" or self.called_at is not None or bool(self.called_number)
        told = typed.is_phone(self.called_number or "")
        said = [
            ("called_at", called and self.called_at is None, "Enter when you called"),
            ("called_at", not self._called_lately(now), f"Enter a time in the last {CALLED_DAYS} days"),
            ("called_number", called and not self.called_number, "Enter which number you called"),
            ("called_number", bool(self.called_number) and not told, "Enter a telephone number, like 01632 960100"),
            ("concern", not self.concern, "Enter what has happened"),
            ("concern", 0 < typed.seen_length(self.concern) < CONCERN_MIN, f"Write {CONCERN_MIN} characters or more"),
            ("contact", not self.contact, "Enter how we can reach you"),
            ("parents_reason", not self.parents_know and not self.parents_reason, "Say why the parents do not know"),
            ("parents_reason", self._against and not self.parents_reason, "Say why the parents have not agreed"),
        ]
        return [(where, why) for where, wrong, why in said if wrong]

    def _called_lately(self, now: datetime) -> bool:
        return _in_the_last(LOWERED_DAYS if self.gate == "not_urgent" else CALLED_DAYS, self.called_at, now)

    @property
    def _against(self) -> bool:
        """It is sent without the agreement of parents who know of it."""
        return self.parents_know and self.parents_agree in ("refused", "not_asked")


def _in_the_last(days: int, called_at: datetime | None, now: datetime) -> bool:
    """From the first minute of so many days before today until now. `called_at` is not converted: a time at the end
    of the calendar cannot be brought into another time zone."""
    first = datetime.combine(today(now) - timedelta(days=days), time.min, LONDON)
    return called_at is None or first <= called_at <= now


def lowered(urgency: Urgency, before: Urgency | None) -> Urgency | None:
    """The answer that was given before, if it was a more urgent one."""
    order = list(GATES)
    return before if before and order.index(before) < order.index(urgency) else None
