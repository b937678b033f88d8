"""What can be wrong with the machine, said so that its owner can mend it."""

from __future__ import annotations

import shutil
from pathlib import Path


class Trouble(Exception):
    """One sentence that says what is wrong and what to do; the command prints it and leaves with the exit code."""

    exit_code = 1


class NotRunning(Trouble):
    """The command is about a portal that runs, and none does."""

    exit_code = 3


DISK_FREE_MIN_MB = 1500


def require_disk(folder: Path, need_mb: int = DISK_FREE_MIN_MB) -> None:
    """Refuses to start on a disk that the first hour would fill."""
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < need_mb:
        raise Trouble(
            f"Only {free_mb} MB are free at {folder} and the portal needs {need_mb} MB:"
            " free some, or choose another folder with --home."
        )


def require_path(path: Path, what: str) -> Path:
    """A file that the environment should have brought."""
    if not path.exists():
        raise Trouble(f"{what} is missing at {path}: make the environment again with `make clean run`.")
    return path
