"""The home of a soak's portal."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def home(given: Path | None) -> AsyncIterator[Path]:
    """A folder that PostgreSQL's own user may enter; one of our own goes at the end."""
    folder = given or Path(tempfile.mkdtemp(prefix="portal-soak-", dir="/var/tmp"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if given is None:
            shutil.rmtree(folder, ignore_errors=True)
