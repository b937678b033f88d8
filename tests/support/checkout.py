"""A copy of the checkout to which something is added by hand, and in which the checks of `make check` and tests run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_COPIED = (
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
    ".git",
    ".venv",
    ".portal",
    ".hypothesis",
    "node_modules",
    "results",
)


@dataclass
class Checkout:
    """`touched`: what was changed by hand; what commands write there is not counted."""

    root: Path
    touched: set[str] = field(default_factory=set)

    def put(self, path: str, source: Path) -> None:
        """A file or a folder that is new; it counts as one."""
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        copy(source, self.root / path)
        self.touched.add(path)

    def insert(self, folder: str, before: str, text: str) -> None:
        """Puts the text in front of the first such place in the only file of a folder that has it."""
        [path] = [one for one in sorted((self.root / folder).rglob("*.py")) if before in one.read_text()]
        path.write_text(path.read_text().replace(before, text + before, 1))
        self.touched.add(str(path.relative_to(self.root)))

    def edit(self, path: str, line: str, old: str, new: str) -> None:
        """Puts something else into the lines of a file that begin so."""
        lines = (self.root / path).read_text().splitlines(keepends=True)
        changed = [one.replace(old, new) if one.startswith(line) else one for one in lines]
        (self.root / path).write_text("".join(changed))
        self.touched.add(path)

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """This Python in the copy, with the copy's own code."""
        given = {**os.environ, "PYTHONPATH": str(self.root), **environment}
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.root, env=given, capture_output=True, text=True, check=False)

    def must(self, *arguments: str, **environment: str) -> str:
        """The same, and it must do: what it printed."""
        done = self.python(*arguments, **environment)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def test(self, *arguments: str, engines: Mapping[str, str] | None = None) -> str:
        """pytest in the copy, without the tests that copy it again."""
        quiet = ["-q", "-p", "no:cacheprovider", "--ignore-glob=*/test_adding_*", "-m", "not engines and not e2e"]
        return self.must("-m", "pytest", *quiet, *arguments, **(engines or {}))


def copied(to: Path) -> Checkout:
    """All of this checkout but what no commit holds; with what mypy and Python have of it already."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*NOT_COPIED))
    return Checkout(to)
