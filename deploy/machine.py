"""What this machine must have before anything starts (disk, the environment's files); files written on it."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from deploy.trouble import Trouble

DISK_FREE_MIN_MB = 1500


def require_disk(folder: Path, need_mb: int = DISK_FREE_MIN_MB) -> None:
    """Raises Trouble on a disk that the first hour would fill."""
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < need_mb:
        raise Trouble(
            f"Only {free_mb} MB are free at {folder} and the portal needs {need_mb} MB:"
            " free some, or choose another folder with --home."
        )


def require_path(path: Path, what: str) -> Path:
    """The path of a file that came with the environment; Trouble if it is not there."""
    if not path.exists():
        raise Trouble(f"{what} is missing at {path}: make the environment again with `make clean run`.")
    return path


def write_json(path: Path, value: Any) -> None:
    """As `write`; what JSON does not know is written as its text."""
    write(path, json.dumps(value, default=str, indent=2) + "\n")


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    """Whole or not at all, and from its first byte for its owner's eyes only, unless `mode` says otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.unlink(missing_ok=True)
    scratch.touch(mode)
    scratch.write_text(text)
    os.replace(scratch, path)
    return path
