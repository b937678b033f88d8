"""The lookup service, on one page."""

from __future__ import annotations

from pathlib import Path

from services.lookup import http, projections
from services.lookup.settings import Settings
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.lookup import SearchMade
from shared.inbox import Follows
from shared.service import Service

service = Service(
    name="lookup",
    purpose="Does this child, on the roll of my school, have a social or support worker, and how do I reach them?",
    home=Path(__file__).parent,
    settings=Settings,
    serves=[http.router],
    says=[SearchMade],
    follows=[  # and, as each service that verifies tokens, Session, Account, School (Service.guarded, shared/access.py)
        Follows(
            Child,
            put=projections.put_children,
            forget=projections.forget_children,
            doubt=projections.doubt_children,
            prompt=True,
        ),
        Follows(
            Worker,
            put=projections.put_workers,
            forget=projections.forget_workers,
            doubt=projections.doubt_workers,
            prompt=True,
        ),
        Follows(
            Team,
            put=projections.put_teams,
            forget=projections.forget_teams,
            doubt=projections.doubt_teams,
            prompt=True,
        ),
        Follows(
            Freshness,
            put=projections.put_freshness,
            forget=projections.forget_freshness,
            group="freshness",
            after=(Child, Worker, Team),
        ),
    ],
)
