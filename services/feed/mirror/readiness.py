"""Whether the source's changes come through, in words for /readyz; the same in every process of the service."""

from collections.abc import Awaitable, Callable, Iterator
from time import monotonic

from services.feed.chosen import Chosen, from_environment
from services.feed.emitting import store as emitting
from services.feed.mirror import store
from services.feed.several.strand import Strand
from shared.database.pool import Database
from shared.database.tx import DatabaseFailed

HOURS_FROM_S = 7200.0
GRACE_S = 20.0
"""A process that has just started says nothing against the source: whoever starts it waits until it is ready."""

BROKEN = {
    "missing": "The source does not send these columns any more",
    "other_type": "The source sends these columns as another type",
}


class Flow:
    """Reads what ingesting and the watch noted in the database."""

    def __init__(
        self, database: Database, grace_s: float = GRACE_S, silent_s: float | None = None, chosen: Chosen | None = None
    ) -> None:
        """`silent_s`: for so long no heartbeat may come; None: as the way by which rows come says."""
        self._database = database
        self._from = monotonic() + grace_s
        self._chosen = chosen or from_environment()
        self._silent_s = silent_s

    async def unready(self) -> str | None:
        """Why nothing, or not everything, comes through; None: it does. A database that is away is told elsewhere."""
        if monotonic() < self._from:
            return None
        try:
            async with self._database.by_itself("unready") as tx:
                flows = [(strand, await store.flow(tx, strand.name)) for strand in self._chosen.strands]
                columns, _ = await emitting.missing(tx)
        except DatabaseFailed:
            return None
        reasons = [reason for strand, flow in flows for reason in self._reasons(strand, *flow)]
        for why, words in BROKEN.items():
            if names := [str(column) for column in columns if column.why == why]:
                reasons.append(f"{words}: {', '.join(names)}.")
        return " ".join(reasons) or None

    def _reasons(self, strand: Strand, phase: str, silent_s: float | None, trouble: str | None) -> Iterator[str]:
        """What is amiss with one source."""
        of = f"{strand.name}: " if self._chosen.several else ""
        silent_max_s = strand.way.silent_s if self._silent_s is None else self._silent_s
        if trouble:
            yield of + trouble
        if phase == "live" and silent_s is not None and silent_s > silent_max_s:
            yield f"{of}No heartbeat has come from the source for {_long(silent_s)}."
        if phase == "missed":
            yield f"{of}The source must be read anew, and is not yet: a new snapshot is waited for."


def _long(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < HOURS_FROM_S else f"{seconds / 3600:.0f} hours"


def flow(database: Database) -> Callable[[], Awaitable[str | None]]:
    """The check of one process."""
    return Flow(database).unready
