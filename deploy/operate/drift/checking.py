"""Finds drift, and tells it from what is merely on its way: nobody is listed who changed while we looked."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from uuid import uuid4

from deploy.operate.drift.differing import Difference, differing, expected
from deploy.operate.drift.reading import Seen, Sides
from deploy.trouble import Trouble
from services.feed.source import Kind, Subject
from shared.clock import today

PASSES = 5
"""How often somebody who changes is looked at again, before it is told that they could not be."""
FOLLOWS_MAX_S = 60.0
ASK_S = 0.2


@dataclass
class Drift:
    """What was found. `looked_at`: children, workers and teams. `unsettled`: those who changed each time we looked."""

    differences: list[Difference] = field(default_factory=list)
    looked_at: int = 0
    unsettled: int = 0

    @property
    def subjects(self) -> set[Subject]:
        """Those of whom something differs, but for whom only lookup knows."""
        return {Subject(one.kind, one.key) for one in self.differences if one.key is not None}


async def check(reader: Sides) -> Drift:
    """Everybody. Raises Trouble where lookup does not follow, so that it cannot be told what is on its way."""
    drift = Drift()
    async for some in reader.children():
        await _look(reader, some, drift)
    await _look(reader, await reader.staff(), drift)
    drift.differences += [Difference(kind, None, id, "unknown") for kind, id in await reader.unknown()]
    drift.differences.sort(key=lambda one: (one.kind, len(one.key or ""), one.key or "", str(one.id), one.part))
    return drift


async def _look(reader: Sides, subjects: Collection[Subject], drift: Drift) -> None:
    """First without waiting for anything, for nearly nobody differs; then whoever did, and everything is waited for."""
    drift.looked_at += len(subjects)
    seen = await reader.rows(subjects)
    left = {Subject(one.kind, one.key or "") for one in await _differing(reader, seen)}
    for _ in range(PASSES):
        if not left:
            return
        before, since = await reader.rows(left), await reader.now()
        await _followed(reader, since)
        found = await _differing(reader, before)
        after = await reader.rows(left)
        still = {subject for subject in left if before[subject] == after[subject]}
        drift.differences += [one for one in found if Subject(one.kind, one.key or "") in still]
        left -= still
    drift.unsettled += len(left)


async def _followed(reader: Sides, since: datetime) -> None:
    """Until lookup holds all that was committed in the source by then."""
    deadline = monotonic() + FOLLOWS_MAX_S
    while (as_of := await reader.followed()) is None or as_of < since:
        if monotonic() > deadline:
            raise Trouble(
                "Lookup does not follow the source now, so that drift cannot be told from what is on its way."
            )
        await asyncio.sleep(ASK_S)


async def _differing(reader: Sides, seen: Seen) -> list[Difference]:
    rows, day = reader.decoded(seen), today(datetime.now(UTC))
    named = reader.chosen.source.named(rows)
    ids = await reader.ids(named | set(seen))
    known = {**{subject: uuid4() for subject in named | set(seen)}, **ids}
    states = reader.chosen.source.derive(rows, known, day).states
    found: list[Difference] = []
    kinds: tuple[Kind, ...] = ("child", "worker", "team")
    for kind in kinds:
        asked = [subject for subject in seen if subject.kind == kind]
        has = await reader.kept(kind, [ids[subject] for subject in asked if subject in ids], day) if asked else {}
        for subject in asked:
            id = ids.get(subject)
            kept = has.get(id, {}) if id else {}
            found += differing(subject, id, expected(states.get(subject), day), kept)
    return found
