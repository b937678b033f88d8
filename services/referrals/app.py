"""The referrals service, on one page."""

from __future__ import annotations

from services.referrals.making.domain.referral import KeyReused
from services.referrals.making.domain.roll import NotOnRoll
from services.referrals.reading.domain import ReferralNotFound
from services.referrals.receipt.domain import CopyNotFound
from services.referrals.settings import BODY_MAX_BYTES, Settings
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.identity import Account, School
from shared.contracts.referrals import CopyRead, ReferralMade, ReferralRead, ReferralRefused
from shared.manifest import Projection, Service

service = Service(
    name="referrals",
    purpose="Take a school's concern or update about a child of its roll, and tell when it will be answered.",
    package=__package__,
    settings=Settings,
    serves=["making.http:router", "reading.http:router", "receipt.http:router"],
    emits=[ReferralMade, ReferralRefused, ReferralRead, CopyRead],
    projects=[
        # Children have a group of their own: it began anew when more was kept of a child than before.
        Projection(Child, to="records.projections:CHILDREN", group="children"),
        Projection(Worker, to="records.projections:WORKERS"),
        Projection(Team, to="records.projections:TEAMS"),
        Projection(Freshness, to="shared.events.freshness:FRESHNESS", group="freshness", after=(Child, Worker, Team)),
        Projection(School, to="records.projections:SCHOOLS"),
        Projection(Account, to="records.projections:PEOPLE"),
    ],
    body_max_bytes=BODY_MAX_BYTES,
    errors={NotOnRoll: 403, KeyReused: 422, ReferralNotFound: 404, CopyNotFound: 404},
)
