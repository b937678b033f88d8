"""The council beside a school's referrals: what it does about one, without its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Step
from shared.contracts.identity import Account, RoleHeld
from shared.database.tx import Cause
from tests.referrals.world import Referrals

NADIA = Account(revision=1, account_id=uuid4(), name="Nadia Orrin", roles=(RoleHeld(role="triage_officer"),))


@dataclass
class Council:
    """NADIA, a triage officer, and what she does."""

    referrals: Referrals

    async def does(self, referral_id: str, act: Any, words: str | None = None, secret: str | None = None) -> int:
        """One act; the number of its place in the history."""
        async with self.referrals.clone.db.transaction(Cause("test", uuid4())) as tx:
            stands = await handling.locked(tx, UUID(referral_id))
            assert stands
            by, now = NADIA.account_id, tx.now
            changes: dict[str, dict[str, Any]] = {
                "acknowledged": {"acknowledged_by": by, "acknowledged_at": now},
                "taken": {"taken_by": by, "taken_at": now},
                "asked": {"asked_at": now},
                "decided": {"decided_by": by, "decided_at": now, "decision": "early_help"},
                "overdue": {"overdue_at": now},
            }
            decision = "early_help" if act == "decided" else None
            step = Step(act, by, decision=decision, for_school=words, for_council=secret)  # type: ignore[arg-type]
            return (await handling.act(tx, stands, step, **changes.get(act, {}))).version


@pytest.fixture
async def council(referrals: Referrals) -> Council:
    await referrals.keep(NADIA)
    return Council(referrals)
