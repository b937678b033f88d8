"""The referrals service, on one page."""

from __future__ import annotations

from pathlib import Path

from services.referrals import http, projections
from services.referrals.commands import KeyReused, NotOnRoll, ReferralNotFound
from services.referrals.settings import Settings
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.identity import Account, School
from shared.contracts.referrals import ReferralMade, ReferralRead, ReferralRefused
from shared.inbox import Follows
from shared.service import Service

service = Service(
    name="referrals",
    purpose="Take a school's concern or update about a child of its roll, and tell when it will be answered.",
    home=Path(__file__).parent,
    settings=Settings,
    serves=[http.router],
    says=[ReferralMade, ReferralRefused, ReferralRead],
    follows=[
        Follows(
            Child,
            put=projections.put_children,
            forget=projections.forget_children,
            doubt=projections.doubt_children,
            group="children",  # one of its own: it began anew when more was kept of a child than before
        ),
        Follows(
            Freshness,
            put=projections.put_freshness,
            forget=projections.forget_freshness,
            group="freshness",
            after=(Child, Worker, Team),
        ),
        Follows(
            Worker,
            put=projections.put_workers,
            forget=projections.forget_workers,
            doubt=projections.doubt_workers,
        ),
        Follows(
            Team,
            put=projections.put_teams,
            forget=projections.forget_teams,
            doubt=projections.doubt_teams,
        ),
        Follows(School, put=projections.put_schools, forget=projections.forget_schools),
        Follows(Account, put=projections.put_people, forget=projections.forget_people),
    ],
    body_max_bytes=http.BODY_MAX_BYTES,
    errors={NotOnRoll: 403, KeyReused: 422, ReferralNotFound: 404},
)
