"""Nobody opens a file before the scanner has seen it, and nobody ever opens one in which it found something.

The scanner is a real clamd, with one signature of our own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching
from tests.referrals.world import MIRA, OFFICER
from tests.support.clamav import HARMFUL, Clamd, clamd
from tests.support.lines import logged
from tests.support.web import caller

CLEAN, INFECTED = files.pdf(size=150_000), files.pdf(b"4 0 obj(" + HARMFUL + b")endobj\n", size=150_000)


@pytest.fixture(scope="module")
async def scanner() -> AsyncIterator[Clamd]:
    async with clamd() as made:
        yield made


@pytest.fixture
def scanned(attaching: Attaching, scanner: Clamd) -> Attaching:
    attaching.again(clamd=scanner.address)
    return attaching


async def standings(attaching: Attaching) -> list[str]:
    return [each["standing"] for each in await attaching.listed()]


async def status(attaching: Attaching, reference: str, id: str) -> tuple[int, str | None]:
    response = await attaching.read(reference, id, OFFICER)
    return response.status_code, response.json()["detail"] if response.status_code == 409 else None


async def test_a_file_is_in_quarantine_until_it_is_clean(scanned: Attaching) -> None:
    added = await scanned.added(CLEAN)
    reference = await scanned.send()
    assert await status(scanned, reference, added["attachment_id"]) == (409, "checking")
    assert (await scanned.read(reference, added["attachment_id"], caller("lead"))).status_code == 409
    await scanned.scan()
    assert await standings(scanned) == ["clean"]
    assert (await scanned.read(reference, added["attachment_id"], OFFICER)).content == CLEAN
    [fact] = await scanned.facts("AttachmentScanned")
    assert (fact["outcome"], fact["actor"], fact["children"]) == ("clean", None, [str(MIRA.child_id)])


async def test_a_file_in_which_something_is_found_is_given_to_nobody(scanned: Attaching) -> None:
    added = await scanned.added(INFECTED)
    await scanned.scan()
    assert await standings(scanned) == ["infected"]
    reference = await scanned.send()
    assert await status(scanned, reference, added["attachment_id"]) == (409, "infected")
    [fact] = await scanned.facts("AttachmentScanned")
    assert (fact["outcome"], fact["children"]) == ("infected", [str(MIRA.child_id)])
    outcomes = [fact["outcome"] for fact in await scanned.facts("AttachmentRead")]
    assert outcomes == ["listed", "infected"]


async def test_one_that_is_infected_stays_so_when_the_scanner_is_taken_away(scanned: Attaching) -> None:
    added = await scanned.added(INFECTED)
    await scanned.scan()
    reference = await scanned.send()
    scanned.again(clamd=None)
    assert await status(scanned, reference, added["attachment_id"]) == (409, "infected")


async def test_something_in_a_photograph_or_in_an_archive_is_found_too(scanned: Attaching) -> None:
    await scanned.added(files.ooxml(word__note_xml=HARMFUL), "note.docx")
    await scanned.added(files.jpeg(), "arm.jpg")
    await scanned.scan()
    assert await standings(scanned) == ["infected", "clean"]


async def test_a_scanner_that_is_away_is_waited_for(scanned: Attaching, scanner: Clamd) -> None:
    await scanned.added(CLEAN)
    await scanned.added(INFECTED)
    await scanner.end()
    with logged("referrals") as lines:
        await scanned.scan()
    assert "not scanned" in lines.getvalue()
    assert await standings(scanned) == ["checking", "checking"]
    assert await scanned.referrals.clone.value("SELECT sum(scan_tries) FROM attachment") == 1
    await scanner.start()
    await scanned.referrals.clone.execute("UPDATE attachment SET scan_at = now() - interval '1 second'")
    await scanned.scan()
    assert await standings(scanned) == ["clean", "infected"]


async def test_between_two_tries_the_pause_grows_up_to_a_minute(attaching: Attaching) -> None:
    attaching.again(clamd="127.0.0.1:9")
    await attaching.added(CLEAN)
    pauses = []
    for _ in range(9):
        await attaching.referrals.clone.execute("UPDATE attachment SET scan_at = now() - interval '1 second'")
        await attaching.scan()
        said = await attaching.referrals.clone.value("SELECT extract(epoch FROM scan_at - now()) FROM attachment")
        pauses.append(float(said))  # type: ignore[arg-type]
    assert pauses[0] < 3
    assert pauses[0] < pauses[1] < pauses[2] < pauses[3]
    assert 30 < pauses[-1] <= max(pauses) <= 60


async def test_a_file_that_is_too_large_for_the_scanner_stays_in_quarantine(scanned: Attaching) -> None:
    """StreamMaxLength is 25 MB there; a council that lets larger files in must raise it."""
    scanned.again(file_max_bytes=40 * 1024 * 1024)
    await scanned.added(files.pdf(size=26 * 1024 * 1024))
    await scanned.scan()
    assert await standings(scanned) == ["checking"]


async def test_without_a_scanner_it_is_said_that_nobody_checked(attaching: Attaching) -> None:
    added = await attaching.added(INFECTED)
    await attaching.scan()
    reference = await attaching.send()
    told = (await attaching.of_referral(reference, OFFICER)).json()
    assert (told["scanned"], told["attachments"][0]["standing"]) == (False, "unchecked")
    assert (await attaching.read(reference, added["attachment_id"], OFFICER)).status_code == 200


async def test_a_scanner_that_comes_later_sees_what_was_added_before(attaching: Attaching, scanner: Clamd) -> None:
    await attaching.added(INFECTED)
    await attaching.scan()
    assert await standings(attaching) == ["unchecked"]
    attaching.again(clamd=scanner.address)
    assert await standings(attaching) == ["checking"]
    await attaching.scan()
    assert await standings(attaching) == ["infected"]


@pytest.mark.parametrize("answer", [b"", b"stream: OK but not quite\0", b"INSTREAM size limit exceeded. ERROR\0"])
async def test_an_answer_that_is_no_verdict_is_none(attaching: Attaching, answer: bytes, scripted: list[bytes]) -> None:
    scripted.append(answer)
    attaching.again(clamd=scripted[0].decode())
    await attaching.added(CLEAN)
    await attaching.scan()
    assert await standings(attaching) == ["checking"]


async def test_a_file_that_is_lost_on_the_disk_is_no_verdict_and_does_not_stop_the_others(scanned: Attaching) -> None:
    lost = await scanned.added(CLEAN)
    [path] = scanned.on_disk()
    path.unlink()
    await scanned.added(INFECTED)
    await scanned.scan()
    await scanned.scan()
    found = {each["attachment_id"]: each["standing"] for each in await scanned.listed()}
    assert found.pop(lost["attachment_id"]) == "checking"
    assert list(found.values()) == ["infected"]
