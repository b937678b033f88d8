"""A draft to which files are added."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.referrals.attachments.world import Attaching, with_files
from tests.referrals.world import Referrals


@pytest.fixture
async def attaching(referrals: Referrals, tmp_path: Path) -> Attaching:
    made = Attaching(referrals, with_files(tmp_path / "files"))
    await made.start()
    return made


@pytest.fixture
async def scripted() -> AsyncIterator[list[bytes]]:
    """Where a scanner listens that says, whatever it is given, what the list holds behind its address."""
    said: list[bytes] = []

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            await reader.readuntil(bytes(4))  # the end of what is streamed, or of a run of zeros in it
        writer.write(said[-1])
        writer.close()

    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    said.append(f"127.0.0.1:{server.sockets[0].getsockname()[1]}".encode())
    yield said
    server.close()
