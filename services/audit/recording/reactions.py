"""What the audit service does when it hears something: write it down, whatever it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from services.audit import domain, store
from services.audit.domain import Entry
from shared.database.tx import Tx
from shared.events.facts import ReceivedFact


async def record(tx: Tx, heard: Sequence[ReceivedFact]) -> None:
    await store.lock_entries(tx)
    await store.add_entries(tx, list({(one.meta.source, one.meta.id): entry_of(one) for one in heard}.values()))


def entry_of(heard: ReceivedFact) -> Entry:
    """The entry of a fact: of a type that no contract knows, too."""
    meta, body = heard.meta, heard.record.value or b""
    return Entry(
        entry_id=meta.id,
        source=meta.source,
        type=meta.type,
        kind=domain.kind_of(meta.type)[: domain.TEXT_MAX],
        known=heard.event is not None,
        at=meta.time if meta.time.tzinfo else meta.time.replace(tzinfo=UTC),
        correlation=meta.correlation,
        indexed=domain.indexed(body),
        headers=domain.headers_kept(heard.record.headers),
        body=body,
    )
