"""The audit service, on one page."""

from __future__ import annotations

from services.audit.reading.domain import CursorRefused, EntryNotFound, TooManyMeant, TooManySchools
from services.audit.settings import Settings
from shared.contracts import Event, Fact, audit, feed, identity, lookup, referrals
from shared.contracts.audit import AuditRead
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.manifest import Projection, Reaction, Service

OWNERS = (audit, feed, identity, lookup, referrals)
EVERY_FACT = tuple(
    event
    for event in Event.known.values()
    if issubclass(event, Fact) and event.__module__ in {owner.__name__ for owner in OWNERS}
)

service = Service(
    name="audit",
    purpose="Keep, for good and unchanged, who did what about which child; and show it to the data protection officer.",
    package=__package__,
    settings=Settings,
    serves=["reading.http:router"],
    emits=[AuditRead],
    reacts_to=[Reaction(facts=EVERY_FACT, to="recording.reactions:record", group="record", everything=True)],
    projects=[
        Projection(Account, to="names.projections:PEOPLE"),
        Projection(School, to="names.projections:SCHOOLS"),
        Projection(Child, to="names.projections:CHILDREN"),
    ],
    errors={CursorRefused: 422, TooManyMeant: 422, TooManySchools: 422, EntryNotFound: 404},
)
