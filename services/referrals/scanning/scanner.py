"""ClamAV, asked over its socket: a file is streamed to it in pieces; it says if it is clean (clamd(8): INSTREAM)."""

import asyncio
from collections.abc import AsyncIterable

from services.referrals.scanning.domain import Verdict

TIMEOUT_S = 30.0
ANSWER_MAX_BYTES = 1024


class ScannerAway(Exception):
    """The scanner does not answer, or answers that it cannot tell."""


async def scanned(address: str, pieces: AsyncIterable[bytes]) -> Verdict:
    """What the scanner says of this file. `address`: "unix:/run/clamav/clamd.ctl" or "host:port".

    Raises ScannerAway.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return _verdict(await _asked(address, pieces))
    except (OSError, TimeoutError, EOFError) as error:
        raise ScannerAway(type(error).__name__) from error


async def _asked(address: str, pieces: AsyncIterable[bytes]) -> bytes:
    reader, writer = await _connected(address)
    try:
        writer.write(b"zINSTREAM\0")
        async for piece in pieces:
            writer.write(len(piece).to_bytes(4, "big") + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return await reader.read(ANSWER_MAX_BYTES)
    finally:
        writer.close()


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("unix:"):
        return await asyncio.open_unix_connection(address.removeprefix("unix:"))
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host, int(port))


def _verdict(answer: bytes) -> Verdict:
    """`stream: OK` or `stream: <name> FOUND`; anything else, as that the file is too large for it, is no verdict."""
    said = answer.rstrip(b"\0\n")
    if said.endswith(b" FOUND"):
        return "infected"
    if said == b"stream: OK":
        return "clean"
    raise ScannerAway("NoVerdict")
