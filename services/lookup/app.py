"""The lookup service, on one page."""

from services.lookup.settings import Settings
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.lookup import SearchMade
from shared.manifest import Periodic, Projection, Service

service = Service(
    name="lookup",
    purpose="Does this child, on the roll of my school, have a social or support worker, and how do I reach them?",
    package=__package__,
    settings=Settings,
    serves=["searching.http:router"],
    emits=[SearchMade],
    projects=[  # and, as each service that verifies access tokens, shared.manifest.ACCESS_PROJECTIONS
        Projection(Child, to="records.projections:CHILDREN", prompt=True),
        Projection(Worker, to="records.projections:WORKERS", prompt=True),
        Projection(Team, to="records.projections:TEAMS", prompt=True),
        Projection(Freshness, to="shared.events.freshness:FRESHNESS", group="freshness", after=(Child, Worker, Team)),
    ],
    works=[
        Periodic(name="compute_keys", every_s=10.0, work="matching.commands:compute_keys"),
        Periodic(name="forget_close_matches", every_s=600.0, work="searching.commands:forget_close_matches"),
    ],
)
