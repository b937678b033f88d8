"""Code of before, taken out of git, with today's migrations laid over its own."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.support.squawk import ROOT, migrations


def unpacked(commit: str, tree: Path) -> Path:
    """The checkout of a commit. Skips where the clone does not hold its whole history."""
    known = _git("rev-parse", "--is-shallow-repository")
    if known.stdout.strip() != b"false":
        pytest.skip("This is no clone with its whole history, so yesterday's code is not in it.")
    found = _git("archive", "--format=zip", commit)
    assert found.returncode == 0, f"{commit} is not in this clone: {found.stderr.decode()}"
    with zipfile.ZipFile(io.BytesIO(found.stdout)) as archive:
        archive.extractall(tree)
    return tree


def with_todays_migrations(tree: Path) -> Path:
    for old in migrations(tree):
        old.unlink()
    for path in migrations(ROOT):
        shutil.copy(path, tree / path.relative_to(ROOT))
    return tree


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
