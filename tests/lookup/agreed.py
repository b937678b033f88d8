"""A school whose agreement has options, and lookup's own facts handed to its reactions as a delivery would."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from services.lookup.app import service
from shared.contracts.identity import AgreementOption, School
from shared.database.tx import Cause
from shared.events.facts import Once
from shared.log.record import Record
from shared.web import access
from tests.lookup.world import Lookup
from tests.support.web import AGREEMENT, SCHOOL


async def agree(lookup: Lookup, *options: AgreementOption, revision: int = 1, **said: Any) -> None:
    """The council has switched these on for the school, and no others."""
    usual = {"urn": SCHOOL, "name": "Mossgate School", "agreement": AGREEMENT, "options": options}
    async with lookup.clone.db.transaction(Cause("test", uuid4())) as tx:
        await access.SCHOOLS.put(tx, [School(**{**usual, "revision": revision, **said})])


async def hear(lookup: Lookup, group: str, times: int = 1, most: int | None = None) -> None:
    """Deliver every fact (or the first ones) to the reactions of this group, so often."""
    reactions = [reaction for reaction in service.consumed()[0] if reaction.group == group]
    rows = await lookup.clone.rows("SELECT topic, key, headers::text, body FROM outbox ORDER BY seq")
    for _ in range(times):
        once = Once(f"lookup.{group}", reactions)
        facts = [fact for row in rows[:most] if (fact := once.read(_record(row)))]
        async with lookup.clone.db.transaction(Cause("test", uuid4())) as tx:
            await once.apply(tx, facts)


def _record(row: Any) -> Record:
    headers = tuple(_header(name, value) for name, value in json.loads(row["headers"]).items())
    return Record(row["topic"], row["key"].encode(), bytes(row["body"]), headers)


def _header(name: str, value: str) -> tuple[str, bytes]:
    return name if name.startswith(("ce_", "content", "trace")) else f"ce_{name}", value.encode()
