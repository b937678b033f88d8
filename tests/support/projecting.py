"""States as a service keeps them: handed to its own projections, without a log."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts import State
from shared.database.tx import Cause
from shared.events.states import Projector
from shared.manifest import Service
from tests.support.databases import Clone


def projectors(service: Service) -> dict[type[State], Projector]:
    """What it keeps, but for the ends of access."""
    return {one.state: service.load(one.to) for one in service.projects}


async def project(service: Service, clone: Clone, *states: State) -> None:
    """Keep these states as one delivery of each kind would; what the service does not keep is passed over."""
    for kind, projector in projectors(service).items():
        batch = [state for state in states if isinstance(state, kind)]
        if batch:
            async with clone.db.transaction(Cause(service.name, uuid4())) as tx:
                await projector.put(tx, batch)
