"""How far a rebuild is, in words: now and then, not at every batch."""

import time
from collections.abc import Callable, Mapping

from shared.log.record import Place

SAY_EVERY_S = 2.0


class Progress:
    """Says how much of the log has been read, and how long the rest will take if it goes on like this."""

    def __init__(self, say: Callable[[str], None], ends: Mapping[Place, int]) -> None:
        self._say, self._all = say, sum(ends.values())
        self._began = self._said = time.monotonic()

    def read(self, up_to: Mapping[Place, int], records: int) -> None:
        now, offsets = time.monotonic(), sum(up_to.values())
        if now - self._said < SAY_EVERY_S or not offsets:
            return
        self._said = now
        part = min(offsets / max(self._all, 1), 1.0)
        left_s = (now - self._began) * (1 - part) / part
        self._say(
            f"{part:.0%} read: {records:,} records, {records / (now - self._began):,.0f} a second; {_about(left_s)}."
        )


def _about(left_s: float) -> str:
    return f"about {left_s:.0f} s more" if left_s < 90 else f"about {left_s / 60:.0f} minutes more"
