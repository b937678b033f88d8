"""Yesterday's code on today's schema, for real: while an upgrade rolls out, both run on the migrated databases.

The code that was handed over last is taken out of git, today's migrations are laid over its own, and its own tests of
one act of each service run there: a search, a referral, a reading, a sign-in, what the feed makes of a change.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.engines import Engines
from tests.support.squawk import ROOT, migrations

YESTERDAY = "b44ce05331b8d8252f7394125337bbba72dd706e"
"""The commit that was handed over last; raised with every hand-over."""

ACTS = {
    "lookup": ["tests/lookup/test_outcomes.py", "tests/lookup/test_projections.py"],
    "referrals": ["tests/referrals/test_making.py", "tests/referrals/test_reading.py"],
    "audit": ["tests/audit/test_reading.py", "tests/audit/test_record.py"],
    "identity": ["tests/identity/test_sign_in.py", "tests/identity/test_sessions.py"],
    "feed": ["tests/feed/test_fold.py"],
}


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yesterday's tree with today's migrations in it."""
    tree = tmp_path_factory.mktemp("yesterday")
    known = git("rev-parse", "--is-shallow-repository")
    if known.stdout.strip() != b"false":
        pytest.skip("This is no clone with its whole history, so yesterday's code is not in it.")
    found = git("archive", "--format=zip", YESTERDAY)
    assert found.returncode == 0, f"{YESTERDAY} is not in this clone: {found.stderr.decode()}"
    with zipfile.ZipFile(io.BytesIO(found.stdout)) as archive:
        archive.extractall(tree)
    for old in migrations(tree):
        old.unlink()
    for path in migrations(ROOT):
        shutil.copy(path, tree / path.relative_to(ROOT))
    return tree


@pytest.mark.parametrize("service", ACTS)
async def test_yesterdays_code_does_its_work_on_todays_schema(service: str, yesterday: Path, engines: Engines) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *ACTS[service]]
    environment = {**os.environ, **engines.exported(), "PYTHONPATH": str(yesterday)}
    done = subprocess.run(command, cwd=yesterday, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
