"""Nothing that belongs to nobody stays on the disk, and nothing that belongs to somebody leaves it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching
from tests.referrals.world import OFFICER
from tests.support.until import until

HOURS_AGO = 2 * 3600
NOTE = files.pdf(size=100_000)


async def age(attaching: Attaching) -> None:
    """As if all of it had been there for two hours."""
    for path in attaching.on_disk():
        os.utime(path, (time.time() - HOURS_AGO,) * 2)
    await attaching.referrals.clone.execute("UPDATE attachment SET announced_at = announced_at - interval '2 hours'")


def stray(attaching: Attaching) -> Path:
    """As of a process that ended between the file's place and its row."""
    sealed, id = attaching.settings.sealed_files, uuid4()
    with sealed.writer(id) as writer:
        writer.write(b"x" * 1000)
        writer.close()
        sealed.keep(writer, id)
    return sealed.path(id)


async def test_a_file_without_a_row_goes_when_it_is_old(attaching: Attaching) -> None:
    path = stray(attaching)
    await attaching.sweep()
    assert path.exists()
    await age(attaching)
    await attaching.sweep()
    assert not path.exists()


async def test_what_a_killed_process_had_half_written_goes_when_it_is_old(attaching: Attaching) -> None:
    coming = (await attaching.announce()).json()["attachment_id"]
    begun = asyncio.Event()

    async def never_ends() -> AsyncIterator[bytes]:
        yield NOTE
        begun.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(attaching.put(coming, never_ends()))
    await begun.wait()

    async def half_there() -> list[Path]:
        return attaching.on_disk()

    [half] = await until(half_there)
    left = half.read_bytes()
    putting.cancel()
    await asyncio.gather(putting, return_exceptions=True)
    half.write_bytes(left)  # SIGKILL lets nobody tidy up
    await age(attaching)
    await attaching.sweep()
    assert attaching.on_disk() == []
    assert await attaching.referrals.clone.value("SELECT count(*) FROM attachment") == 0


async def test_the_files_of_a_draft_that_is_gone_go_and_those_of_what_was_sent_stay(attaching: Attaching) -> None:
    added = await attaching.added(NOTE)
    await age(attaching)
    await attaching.sweep()
    assert await attaching.listed() == [added]
    reference = await attaching.send()
    await attaching.referrals.clone.execute("DELETE FROM draft")
    await attaching.sweep()
    assert (await attaching.read(reference, added["attachment_id"], OFFICER)).content == NOTE
    other = await attaching.start(uuid4())
    attaching.draft = other
    await attaching.added(files.pdf())
    await age(attaching)
    await attaching.referrals.clone.execute("DELETE FROM draft")
    await attaching.sweep()
    assert [path.name for path in attaching.on_disk()] == [added["attachment_id"]]


async def test_what_is_no_file_of_ours_is_left_alone(attaching: Attaching) -> None:
    await attaching.added(NOTE)
    other = attaching.folder / "ab" / "lost+found"
    other.parent.mkdir(exist_ok=True)
    other.write_text("not ours")
    await age(attaching)
    await attaching.sweep()
    assert other.exists()
    assert len(attaching.on_disk()) == 2


async def test_a_row_is_committed_only_after_its_file_has_its_place(attaching: Attaching) -> None:
    """The folder of finished files cannot be written: nothing is added, and the sender is not told that it was."""
    coming = (await attaching.announce()).json()["attachment_id"]
    place = attaching.settings.sealed_files.path(UUID(coming)).parent
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("a file where a folder should be")
    assert (await attaching.put(coming, NOTE)).status_code == 500
    assert await attaching.listed() == []
