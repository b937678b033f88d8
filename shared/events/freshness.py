"""The table `freshness`: up to when all that the feed emitted has been kept here, in each service that projects it."""

from shared.contracts.feed import Freshness
from shared.events.kept import Kept, Values


def _row(state: Freshness) -> Values | None:
    return None if state.ended else (state.source, state.as_of, state.surely_broken, state.lapses_at)


FRESHNESS = Kept[Freshness](
    "freshness",
    key=("source", "text"),
    columns={"as_of": "timestamptz", "broken": "boolean", "lapses_at": "timestamptz"},
    row=_row,
)
"""Without its row nothing is current. Its projection comes `after` those of the states that it speaks of."""
