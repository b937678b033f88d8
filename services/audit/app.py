"""The audit service, on one page."""

from services.audit.reading.domain import CursorRefused, EntryNotFound, TooManyMeant, TooManySchools
from services.audit.settings import Settings
from shared.contracts import Fact, all_events
from shared.contracts.audit import AuditRead
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.manifest import Projection, Reaction, Service

EVERY_FACT = tuple(event for event in all_events().values() if issubclass(event, Fact))

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
