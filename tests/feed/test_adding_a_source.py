"""A new source is one folder: laid into a copy of the checkout it is found by its name, and all that checks it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.squawk import ROOT

COPIED = ("services", "shared", "deploy", "tests/feed", "tests/support")
CHECKS = ["tests/feed/sources/test_every_source.py", "tests/feed/ways/test_known_only_there.py"]
CHOSEN = "from services.feed.chosen import from_environment; print(from_environment().source.name)"
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with one folder more."""
    tree = tmp_path_factory.mktemp("copy")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__", "static"))
    for file in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py"):
        shutil.copy(ROOT / file, tree / file)
    shutil.copytree(ROOT / "tests/feed/sources/tiny", tree / "services/feed/sources/tiny")
    return tree


def run(copy: Path, *command: str, source: str = "tiny") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy), "FEED_SOURCE": source}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def test_it_is_found_by_its_name_and_another_name_is_refused(copy: Path) -> None:
    assert run(copy, sys.executable, "-c", CHOSEN).stdout.strip() == "tiny"
    refused = run(copy, sys.executable, "-c", CHOSEN, source="mosaic")
    assert "has no folder 'mosaic', but council, tiny" in refused.stderr


def test_its_checks_run_for_it_and_pass(copy: Path) -> None:
    done = run(copy, sys.executable, "-m", "pytest", "-rp", "-p", "no:cacheprovider", *CHECKS)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "is_called_as_its_folder[services.feed.sources.tiny]" in done.stdout
    assert run(copy, str(LINT), "--no-cache").returncode == 0


def test_one_that_leans_on_what_it_may_not_is_refused(copy: Path) -> None:
    own = copy / "services/feed/sources/tiny/rows.py"
    own.write_text('"""Reads what is kept."""\n\nfrom services.feed.mirror import store as store\n')
    try:
        assert run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", CHECKS[0]).returncode == 1
        assert run(copy, str(LINT), "--no-cache").returncode == 1
    finally:
        own.unlink()
