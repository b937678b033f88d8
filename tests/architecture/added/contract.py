"""Events owned by the visits service."""

from __future__ import annotations

from uuid import UUID

from shared.contracts import Fact

ANSWERS = True  # over HTTP, to whoever has an access token for it


class VisitNoted(Fact, key="visit_id"):
    """A worker saw a child. Outcome: `noted`."""

    visit_id: UUID
