"""What is kept for thirty days, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.referrals.retention.world import TRANSFER, Kept
from tests.referrals.world import Referrals


@pytest.fixture
async def kept(referrals: Referrals, tmp_path: Path) -> Kept:
    await referrals.clone.execute(TRANSFER)
    return Kept(referrals, tmp_path / "files")
