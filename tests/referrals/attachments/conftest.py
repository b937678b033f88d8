"""A draft to which files are added."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.referrals.attachments.world import Attaching, with_files
from tests.referrals.world import Referrals


@pytest.fixture
async def attaching(referrals: Referrals, tmp_path: Path) -> Attaching:
    made = Attaching(referrals, with_files(tmp_path / "files"))
    await made.start()
    return made
