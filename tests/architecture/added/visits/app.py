"""The visits service, on one page."""

from __future__ import annotations

from services.visits.settings import Settings
from shared.contracts.visits import VisitNoted
from shared.manifest import Service

service = Service(
    name="visits",
    purpose="Keep when a worker saw a child.",
    package=__package__,
    settings=Settings,
    serves=["http:router"],
    emits=[VisitNoted],
)
