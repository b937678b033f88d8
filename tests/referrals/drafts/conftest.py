"""A lead at the referrals service."""

from __future__ import annotations

import pytest

from tests.referrals.drafts.world import Writer
from tests.referrals.world import Referrals


@pytest.fixture
def writer(referrals: Referrals) -> Writer:
    return Writer(referrals)
