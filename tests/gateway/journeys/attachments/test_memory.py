"""Twenty uploads of 20 MB at once, and twenty downloads: through real processes, whose memory stays bounded."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from tests.gateway.journeys.attachments.running import Identity, processes
from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching, with_files
from tests.referrals.world import MIRA, OFFICER, Referrals
from tests.support.databases import Clone

AT_ONCE = 20
FILE_BYTES = 20 * 1024 * 1024 - 1000
GROWS_MAX_BYTES = 64 * 1024 * 1024
"""For each process; 400 MB pass through it. What was seen stands in docs/decisions/0043."""
PIECE = 64 * 1024
FORM = {"content-type": "multipart/form-data; boundary=x"}


def memory(pid: int, line: str) -> int:
    """A line of /proc/<pid>/status, in bytes: VmRSS now, VmHWM at its highest."""
    found = re.search(rf"^{line}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


async def form(token: str, number: int) -> AsyncIterator[bytes]:
    """As a browser sends it; each file is another one."""
    part = b"--x\r\ncontent-disposition: form-data; name=%b\r\n\r\n"
    head, tail = files.pdf(b"%% number %d\n" % number, size=1).split(b"stream\n\x00")
    yield part % b'"token"' + token.encode() + b"\r\n" + part % b'"file"; filename="a.pdf"' + head + b"stream\n"
    for _ in range(FILE_BYTES // PIECE):
        yield bytes(PIECE)
    yield tail + b"\r\n--x--\r\n"


@pytest.fixture
async def attaching(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> Attaching:
    made = Attaching(Referrals(await database("referrals")), with_files(tmp_path / "files"))
    await made.referrals.keep(MIRA)
    await made.referrals.is_fresh()
    return made


async def grown(pids: dict[str, int], work: Callable[[], Awaitable[None]]) -> dict[str, int]:
    """By how many bytes each process was larger at its largest than before."""
    before = {name: memory(pid, "VmRSS") for name, pid in pids.items()}
    for pid in pids.values():
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # its highest counts from here
    await work()
    return {name: memory(pid, "VmHWM") - before[name] for name, pid in pids.items()}


async def upload(browser: httpx.AsyncClient, draft: UUID, number: int) -> None:
    page = await browser.get(f"/concern-files/{draft}")
    assert page.status_code == 200, page.text
    [token, *_] = re.findall(r'name="token" value="([0-9a-f]+)"', page.text.partition("<main")[2])
    added = await browser.post(f"/concern-files/{draft}/add", content=form(token, number), headers=FORM)
    assert added.status_code == 303, added.text


async def download(browser: httpx.AsyncClient, path: str) -> None:
    async with browser.stream("GET", path) as came:
        size = sum([len(piece) async for piece in came.aiter_bytes()])
    assert (came.status_code, size > FILE_BYTES - PIECE) == (200, True)


async def paths(attaching: Attaching) -> list[str]:
    """Where each file is opened, after its draft was sent."""
    found = []
    for row in await attaching.referrals.clone.rows("SELECT attachment_id, draft_id FROM attachment"):
        attaching.draft = UUID(str(row["draft_id"]))
        found.append(f"/attached/{await attaching.send()}/{row['attachment_id']}")
    return found


async def test_no_process_holds_what_passes_through_it(attaching: Attaching) -> None:
    identity = Identity()
    identity.caller = attaching.who
    drafts = [await attaching.start(uuid4()) for _ in range(AT_ONCE)]
    async with processes(attaching, identity) as (pids, browser):

        async def uploads() -> None:
            await asyncio.gather(*(upload(browser, draft, number) for number, draft in enumerate(drafts)))

        grew = await grown(pids, uploads)
        assert len(attaching.on_disk()) == AT_ONCE
        assert max(grew.values()) < GROWS_MAX_BYTES, grew
        sent = await paths(attaching)
        identity.caller, identity.acting = OFFICER, {"role": "triage_officer"}

        async def downloads() -> None:
            await asyncio.gather(*(download(browser, path) for path in sent))

        grew = await grown(pids, downloads)
        assert max(grew.values()) < GROWS_MAX_BYTES, grew
