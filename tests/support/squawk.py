"""`python -m tests.support.squawk [FOLDER]`: lints every migration; what would lock or rewrite a table is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def migrations(root: Path) -> list[Path]:
    """All of ours: the services' and the shared ones."""
    return sorted(path for top in ("services", "shared") for path in (root / top).rglob("migrations/*.sql"))


def lint(paths: Sequence[Path]) -> subprocess.CompletedProcess[str]:
    """squawk's verdict by its exit code, and what it found on standard output."""
    command = [str(Path(sys.executable).with_name("squawk")), "--config", str(ROOT / ".squawk.toml"), *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def main(root: Path) -> int:
    paths = migrations(root)
    done = lint(paths)
    print(done.stdout, done.stderr, sep="")  # noqa: T201
    return done.returncode if paths else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
