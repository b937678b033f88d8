"""The lookup service, on one page."""

from services.lookup.agreed.domain import NotAgreed
from services.lookup.settings import Settings
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.lookup import ChangesShown, RollListed, SearchMade, TeamLooks, TeamLooksGathered
from shared.manifest import Periodic, Projection, Reaction, Service

service = Service(
    name="lookup",
    purpose="Does this child, on the roll of my school, have a social or support worker, and how do I reach them?",
    package=__package__,
    settings=Settings,
    serves=["searching.http:router", "following.http:router", "rolls.http:router"],
    emits=[ChangesShown, RollListed, TeamLooks, TeamLooksGathered, SearchMade],
    projects=[  # and, as each service that verifies access tokens, shared.manifest.ACCESS_PROJECTIONS
        Projection(Child, to="records.projections:CHILDREN", prompt=True),
        Projection(Worker, to="records.projections:WORKERS", prompt=True),
        Projection(Team, to="records.projections:TEAMS", prompt=True),
        Projection(Freshness, to="shared.events.freshness:FRESHNESS", group="freshness", after=(Child, Worker, Team)),
    ],
    reacts_to=[
        Reaction(facts=(SearchMade,), to="following.reactions:note", group="looks"),
        Reaction(facts=(SearchMade,), to="telling.reactions:note", group="looks"),
    ],
    works=[
        Periodic(name="compute_keys", every_s=10.0, work="matching.commands:compute_keys"),
        Periodic(name="forget_close_matches", every_s=600.0, work="searching.commands:forget_close_matches"),
        Periodic(name="forget_looks", every_s=300.0, work="following.commands:forget"),
        Periodic(name="gather_team_looks", every_s=60.0, work="telling.commands:gather"),
    ],
    errors={NotAgreed: 403},
)
