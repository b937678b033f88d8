"""Foreign topics, such as the one that Debezium writes: records are handed on as they are."""

from __future__ import annotations

from collections.abc import Sequence

from shared.database.tx import Tx
from shared.log.record import Record
from shared.manifest import Ingestion


class Raw:
    """The reader of a foreign topic."""

    prompt = True  # no state can be emitted earlier than its row is ingested
    doubt = None  # whose row it was is not known

    def __init__(self, ingestion: Ingestion) -> None:
        self._ingestion = ingestion
        self.stops = ingestion.stops
        self.doing = ingestion.to.__name__

    async def before(self) -> None:
        """A foreign topic waits for nothing."""

    def read(self, record: Record) -> Record:
        return record

    async def apply(self, tx: Tx, said: Sequence[Record]) -> None:
        await self._ingestion.to(tx, said)
