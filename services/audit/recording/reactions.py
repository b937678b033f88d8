"""What audit does with a fact, of whatever type: it writes it down."""

from collections.abc import Sequence
from datetime import UTC

from services.audit.recording import domain, store
from services.audit.recording.domain import Entry
from shared.database.tx import Tx
from shared.events.facts import ReceivedFact


async def record(tx: Tx, facts: Sequence[ReceivedFact]) -> None:
    """Write these facts down in their order, each once."""
    await store.lock_entries(tx)
    await store.add_entries(tx, list({(one.meta.source, one.meta.id): entry_of(one) for one in facts}.values()))


def entry_of(fact: ReceivedFact) -> Entry:
    """The entry of a fact, also of one whose type no contract here knows."""
    meta, body = fact.meta, fact.record.value or b""
    return Entry(
        entry_id=meta.id,
        source=meta.source,
        type=meta.type,
        kind=domain.kind_of(meta.type)[: domain.TEXT_MAX],
        known=fact.event is not None,
        at=meta.time if meta.time.tzinfo else meta.time.replace(tzinfo=UTC),
        correlation=meta.correlation,
        indexed=domain.indexed(body),
        headers=domain.headers_kept(fact.record.headers),
        body=body,
    )
