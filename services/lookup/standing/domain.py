"""Of whom on a roll something may be told, and who works with them: as a search would answer of each. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.lookup.searching.domain import Match
from shared.clock import is_current


class Standings(NamedTuple):
    """Children who are on the school's roll today, in no order. `as_of`: up to when the records are complete; `lapsed`:
    one of several sources is complete up to a time that is too long ago for it; `broken`: a source does not send all
    that it should, or nobody is on this school's roll."""

    as_of: datetime | None
    broken: bool
    lapsed: bool
    children: tuple[Match, ...]

    def current(self, now: datetime, limit: timedelta) -> bool:
        """Whether anything may be told of them at all."""
        return is_current(self.as_of, now, limit) and not (self.broken or self.lapsed)

    @property
    def told_plainly(self) -> tuple[Match, ...]:
        """Those of whom a search would give a plain answer: neither restricted nor in doubt."""
        return tuple(child for child in self.children if not (child.restricted or child.in_doubt))


def workers_of(child: Match) -> frozenset[UUID]:
    """Whom a search would show: nobody where the case is closed, whatever allocation was left behind."""
    return frozenset(worker.worker_id for worker in child.workers) if child.has_case else frozenset()
