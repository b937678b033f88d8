"""Facts: each is reacted to exactly once. The inbox notes which had their effect, in the effect's own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.contracts import Event, Foreign, Meta, read
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.log.record import Record
from shared.manifest import Reaction
from shared.settings import ServiceSettings

NOTE_LIFE_DAYS = 45  # facts stay on their topics for 35 days: an older note can never be asked for again
NOTES_MAX = 50_000  # deleted in one round


@dataclass(frozen=True, slots=True)
class ReceivedFact:
    """One fact as it came. `event` is None where the type is not known here (only with `everything`)."""

    meta: Meta
    event: Event | None
    record: Record


class Once:
    """The reader of facts: each has its effect once in its group, however often it is delivered."""

    prompt, doubt = False, None

    def __init__(self, group: str, reactions: Sequence[Reaction]) -> None:
        self._group, self._reactions = group, reactions
        self._types: dict[str, type[Event]] = {fact.type: fact for one in reactions for fact in one.facts}
        self._everything = any(one.everything for one in reactions)
        self.stops = any(one.stops for one in reactions)
        self.doing = reactions[0].to.__name__

    async def before(self) -> None:
        """Facts wait for nothing."""

    def read(self, record: Record) -> ReceivedFact | None:
        if record.value is None:
            raise Foreign("Tombstone")
        meta = Meta.from_headers(dict(record.headers))
        known = (Event.known if self._everything else self._types).get(meta.type)
        if known is None:
            return ReceivedFact(meta, None, record) if self._everything else None
        return ReceivedFact(meta, read(known, record.value), record)

    async def apply(self, tx: Tx, said: Sequence[ReceivedFact]) -> None:
        new = await self._noted(tx, said)
        for reaction in self._reactions:
            mine = [fact for fact in new if reaction.everything or isinstance(fact.event, reaction.facts)]
            if mine:
                await reaction.to(tx, mine)

    async def _noted(self, tx: Tx, said: Sequence[ReceivedFact]) -> list[ReceivedFact]:
        """Those not noted before; in order of their ids, so that two owners of one batch cannot deadlock."""
        ids = {(fact.meta.source, fact.meta.id.int): fact.meta.id for fact in said}
        rows = await tx.rows(
            """
            INSERT INTO inbox (group_name, source, event_id)
            SELECT $1, * FROM unnest($2::text[], $3::uuid[])
                ON CONFLICT DO NOTHING
            RETURNING source, event_id
            """,
            self._group, [source for source, _ in sorted(ids)], [ids[one] for one in sorted(ids)],
        )  # fmt: skip
        new: set[tuple[str, UUID]] = {(row["source"], row["event_id"]) for row in rows}
        found = []
        for fact in said:
            if (fact.meta.source, fact.meta.id) in new:
                new.discard((fact.meta.source, fact.meta.id))  # the same one again in this batch is not new
                found.append(fact)
        return found


async def tidy_inbox(database: Database, _: ServiceSettings) -> None:
    """Forget notes of events that the log no longer holds."""
    async with database.by_itself("tidy_inbox") as tx:
        await tx.execute(
            """
            DELETE FROM inbox
             WHERE ctid = ANY(ARRAY(SELECT ctid FROM inbox
                                     WHERE at < now() - make_interval(days => $1) LIMIT $2))
            """,
            NOTE_LIFE_DAYS, NOTES_MAX,
        )  # fmt: skip
