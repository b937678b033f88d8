"""Yesterday's code on today's schema, for real: while an upgrade rolls out, both run on the migrated databases.

The code that was handed over last is taken out of git, today's migrations are laid over its own, and its own tests of
one act of each service run there: a search, a referral, a reading, a sign-in. The feed's is another matter, for its old
code is stopped first: tests/migrations/test_feed_keys.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrations.yesterday import unpacked, with_todays_migrations
from tests.support.engines import Engines

YESTERDAY = "a0879fda8881f2a1124c1150fdd4897e5f5959ce"
"""The commit that was handed over last; raised with every hand-over."""

ACTS = {
    "lookup": ["tests/lookup/searching/test_outcomes.py", "tests/lookup/records/test_projections.py"],
    "referrals": ["tests/referrals/making/test_making.py", "tests/referrals/reading/test_reading.py"],
    "audit": ["tests/audit/reading/test_reading.py", "tests/audit/recording/test_record.py"],
    "identity": ["tests/identity/sign_in/test_sign_in.py", "tests/identity/sessions/test_sessions.py"],
}


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yesterday's tree with today's migrations in it."""
    return with_todays_migrations(unpacked(YESTERDAY, tmp_path_factory.mktemp("yesterday")))


@pytest.mark.parametrize("service", ACTS)
async def test_yesterdays_code_does_its_work_on_todays_schema(service: str, yesterday: Path, engines: Engines) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *ACTS[service]]
    environment = {**os.environ, **engines.exported(), "PYTHONPATH": str(yesterday)}
    done = subprocess.run(command, cwd=yesterday, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
