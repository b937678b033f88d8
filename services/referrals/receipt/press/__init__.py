"""Sets a copy as a tagged PDF (PDF/UA-1), in a process of its own that is ended when it takes too long."""

import asyncio
import json
import sys
from pathlib import Path
from weakref import WeakKeyDictionary

from services.referrals.receipt.domain import Copy
from services.referrals.receipt.press import pieces
from services.referrals.receipt.press.pieces import Pieces
from shared.clock import today

SCRIPT = Path(__file__).with_name("typeset.py")
WITHIN_S = 10.0
AT_ONCE = 2
"""Processes at a time, of one process of the service: each takes a core for a tenth of a second, and 100 MB."""

_room: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class NotTypeset(Exception):
    """No PDF was made: the process failed or took too long. What it said is not told, for it may quote the words."""


async def pdf(copy: Copy) -> bytes:
    """The copy as a PDF: the same bytes for the same copy. Raises NotTypeset.

    First with every script; should a combination of characters not be settable, once more with all but Latin, Greek
    and Cyrillic ones by their Unicode names.
    """
    for plain in (False, True):
        if made := await _typeset(_said(copy, plain)):
            return made
    raise NotTypeset


async def _typeset(said: bytes) -> bytes:
    """Nothing: it could not be set."""
    async with _room.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(SCRIPT), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            made, _ = await asyncio.wait_for(process.communicate(said), WITHIN_S)
        except TimeoutError:
            raise NotTypeset from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return made if process.returncode == 0 else b""


def _said(copy: Copy, plain: bool) -> bytes:
    """What the process is told, as JSON."""

    def set_(text: str) -> list[Pieces]:
        return pieces.pieces(text, plain)

    on = today(copy.made_at)
    parts = [
        {"heading": part.heading, "lines": [{"label": line.label, "pieces": set_(line.text)} for line in part.lines]}
        for part in copy.parts
    ]
    said = {
        "title": copy.title,
        "confidential": copy.confidential,
        "footer": f"{copy.title}. Confidential",
        "parts": parts,
    }
    return json.dumps({**said, "made_on": {"year": on.year, "month": on.month, "day": on.day}}).encode()
