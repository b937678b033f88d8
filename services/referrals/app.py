"""The referrals service, on one page."""

from __future__ import annotations

from pathlib import Path

from services.referrals import http, projections
from services.referrals.commands import KeyReused, NotOnRoll, ReferralNotFound
from services.referrals.settings import Settings
from shared.contracts.feed import Child
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
    follows=[Follows(Child, put=projections.put_children, forget=projections.forget_children)],
    errors={NotOnRoll: 403, KeyReused: 422, ReferralNotFound: 404},
)
