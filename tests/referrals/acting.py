"""Acts on the only referral of a test, by the one door through which everybody acts."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.referrals.handling import commands
from services.referrals.handling.domain import Handling, Step
from tests.referrals.world import Referrals


async def its_id(referrals: Referrals) -> UUID:
    """Of the referral that was sent last."""
    found = await referrals.clone.value("SELECT referral_id FROM referral ORDER BY made_at DESC LIMIT 1")
    assert isinstance(found, UUID)
    return found


async def handling(referrals: Referrals) -> Handling:
    """How it stands."""
    async with referrals.transaction() as tx:
        held = await commands.locked(tx, await its_id(referrals))
    assert held is not None
    return held


async def act(referrals: Referrals, step: Step, **changes: Any) -> Handling:
    """One step, whatever the rules say of it."""
    async with referrals.transaction() as tx:
        held = await commands.locked(tx, await its_id(referrals))
        assert held is not None
        return await commands.act(tx, held, step, **changes)


DESCRIBED = {"given_name": "Mira", "family_name": "O'Quillane", "born": date(2014, 4, 3), "why": "She joins on Monday."}


async def describe(referrals: Referrals, **said: Any) -> None:
    """The last referral becomes one about a child whom its school could only describe."""
    told = {**DESCRIBED, **said}
    await referrals.clone.execute(
        """
        UPDATE referral
           SET child_id = NULL, described_given_name = $2, described_family_name = $3, described_born = $4,
               described_why = $5
         WHERE referral_id = $1
        """,
        await its_id(referrals), told["given_name"], told["family_name"], told["born"], told["why"],
    )  # fmt: skip
