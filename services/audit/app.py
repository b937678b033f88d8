"""The audit service, on one page."""

from __future__ import annotations

from pathlib import Path

from services.audit import http, projections, reactions
from services.audit.commands import CursorRefused, EntryNotFound, TooManyMeant, TooManySchools
from services.audit.settings import Settings
from shared.contracts import Fact, all_events
from shared.contracts.audit import AuditRead
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.inbox import Follows, Hears
from shared.service import Service

EVERY_FACT = tuple(event for event in all_events().values() if issubclass(event, Fact))

service = Service(
    name="audit",
    purpose="Keep, for good and unchanged, who did what about which child; and show it to the data protection officer.",
    home=Path(__file__).parent,
    settings=Settings,
    serves=[http.router],
    says=[AuditRead],
    hears=[Hears(EVERY_FACT, react=reactions.record, group="record", everything=True)],
    follows=[
        Follows(Account, put=projections.put_people, forget=projections.keep, every=projections.note_people),
        Follows(School, put=projections.put_schools, forget=projections.keep, every=projections.note_schools),
        Follows(Child, put=projections.put_children, forget=projections.keep, every=projections.note_children),
    ],
    errors={CursorRefused: 422, TooManyMeant: 422, TooManySchools: 422, EntryNotFound: 404},
)
