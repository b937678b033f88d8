"""How far a rebuild is, in words: now and then, not at every batch."""

import time
from collections.abc import Callable, Mapping

from shared.log.record import Place

SAY_EVERY_S = 2.0


class HowFar:
    """Says how much of the log has been read, and how long the rest will take at most if it goes on like this."""

    def __init__(self, say: Callable[[str], None], ends: Mapping[Place, int]) -> None:
        self._say, self.ends, self._all = say, ends, sum(ends.values())
        self._began = self._said = time.monotonic()

    def read(self, records: int) -> None:
        """So many by now. There may be fewer in all: of what the log has numbered, it has dropped what is outdated."""
        now = time.monotonic()
        if now - self._said < SAY_EVERY_S or not records:
            return
        self._said, speed = now, records / (now - self._began)
        left_s = max(self._all - records, 0) / speed
        self._say(f"{records:,} of at most {self._all:,} records, {speed:,.0f} a second; {_about(left_s)}.")


def _about(left_s: float) -> str:
    return f"{left_s:.0f} s more at most" if left_s < 90 else f"{left_s / 60:.0f} minutes more at most"
