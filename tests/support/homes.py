"""Where what a test starts keeps its files: a home that goes with the test, in memory where there is room for it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.local.home import make_home

MEMORY, DISK = Path("/dev/shm"), Path("/var/tmp")
ROOM = 4 * 2**30
"""That much must be free in memory's folder, which is half of the machine's memory; a run of all tests fills 0.5 GB."""


@contextlib.contextmanager
def home(kind: str) -> Iterator[Path]:
    """A folder that PostgreSQL's own user may enter.

    In memory because most tests make a database and drop it, of some 300 files: ext4 does not give an inode away again
    for seconds after its file was deleted, and looks through all of these for each file that is made.
    """
    folder = make_home(Path(tempfile.mkdtemp(prefix=f"portal-{kind}-", dir=place())))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place() -> Path:
    """Memory's folder, if there is one that we may write into and that has room; else the disk's."""
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        return DISK
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM else DISK
