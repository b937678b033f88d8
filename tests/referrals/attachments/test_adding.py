"""Adding files to a draft: sealed on the disk, recorded, one of each, by its owner, until it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching
from tests.referrals.world import MIRA, OFFICER, OTHER_SCHOOL, Referrals
from tests.support.web import caller

NOTE = files.pdf(b"4 0 obj(Canary of a file)endobj\n", size=200_000)


async def test_a_file_is_kept_listed_and_read_as_it_came(attaching: Attaching) -> None:
    added = await attaching.added(NOTE, "What Mira drew.pdf")
    assert (added["name"], added["type"], added["size_bytes"]) == ("What Mira drew.pdf", "pdf", len(NOTE))
    assert await attaching.listed() == [added]
    reference = await attaching.send()
    [shown] = (await attaching.of_referral(reference, OFFICER)).json()["attachments"]
    assert shown == added
    read = await attaching.read(reference, added["attachment_id"], OFFICER)
    assert read.content == NOTE
    assert read.headers["content-type"] == "application/pdf"
    assert read.headers["content-disposition"] == "attachment; filename*=UTF-8''What%20Mira%20drew.pdf"
    assert read.headers["x-content-type-options"] == "nosniff"


async def test_nothing_of_it_is_in_clear_on_the_disk_or_in_a_row(attaching: Attaching) -> None:
    added = await attaching.added(NOTE, "Canary Mira.pdf")
    [path] = attaching.on_disk()
    assert path.name == added["attachment_id"]
    assert b"Canary" not in path.read_bytes()
    [row] = await attaching.referrals.clone.rows("SELECT * FROM attachment")
    assert b"Canary" not in row["name"]  # type: ignore[operator]
    assert "anary" not in str(await attaching.facts())


async def test_each_act_and_each_reading_is_a_fact(attaching: Attaching) -> None:
    first = await attaching.added(NOTE)
    await attaching.listed()
    await attaching.remove(first["attachment_id"])
    facts = await attaching.facts()
    assert [(fact["type"], fact["outcome"]) for fact in facts] == [
        ("AttachmentAdded", "added"),
        ("AttachmentRead", "listed"),
        ("AttachmentRemoved", "removed"),
    ]
    assert {fact["draft_id"] for fact in facts} == {str(attaching.draft)}
    assert [fact["children"] for fact in facts] == [[str(MIRA.child_id)]] * 3
    assert facts[0]["size_bytes"] == len(NOTE)


async def test_the_same_file_twice_is_one(attaching: Attaching) -> None:
    first = await attaching.added(NOTE)
    assert await attaching.added(NOTE, "copy.pdf") == first
    assert await attaching.listed() == [first]
    assert len(attaching.on_disk()) == 1
    assert len(await attaching.facts("AttachmentAdded")) == 1


async def test_a_file_that_is_removed_is_gone_from_the_disk(attaching: Attaching) -> None:
    added = await attaching.added(NOTE)
    assert (await attaching.remove(added["attachment_id"])).status_code == 204
    assert (await attaching.listed(), attaching.on_disk()) == ([], [])
    assert (await attaching.remove(added["attachment_id"])).status_code == 404


async def test_a_draft_that_is_none_of_theirs_is_as_if_it_were_not_there(attaching: Attaching) -> None:
    """Of a colleague, of the same person for another school, of nobody: all the same."""
    added = await attaching.added(NOTE)
    id = added["attachment_id"]
    elsewhere = caller("lead", OTHER_SCHOOL, account=attaching.who.account)
    for who in (caller("lead"), caller("headteacher"), elsewhere):
        answers = [
            await attaching.announce(who=who),
            await attaching.put(id, NOTE, who),
            await attaching.remove(id, who),
            await attaching.web.get(f"/drafts/{attaching.draft}/attachments", who),
        ]
        unknown = await attaching.announce(who=who, draft=uuid4())
        assert {(answer.status_code, answer.json()["type"]) for answer in (*answers, unknown)} == {
            (404, "/problems/attachment-not-found")
        }
    assert await attaching.listed() == [added]
    refused = await attaching.facts("AttachmentRefused")
    assert {fact["outcome"] for fact in refused} == {"not_found"}
    assert len(refused) == 4 * 3


async def test_nothing_is_added_to_or_removed_from_what_was_sent(attaching: Attaching) -> None:
    added = await attaching.added(NOTE)
    coming = (await attaching.announce()).json()["attachment_id"]
    await attaching.send()
    answers = [
        await attaching.announce(),
        await attaching.put(coming, files.pdf()),
        await attaching.remove(added["attachment_id"]),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert {answer.json()["errors"][0]["why"] for answer in answers} == {
        "The concern has been sent, so nothing can be added to it any more"
    }
    assert await attaching.listed() == [added]


async def test_a_file_that_comes_while_the_draft_is_sent_is_refused_and_leaves_nothing(attaching: Attaching) -> None:
    coming = (await attaching.announce()).json()["attachment_id"]

    async def slow() -> AsyncIterator[bytes]:
        yield NOTE[:100]
        await attaching.send()
        yield NOTE[100:]

    assert (await attaching.put(coming, slow())).status_code == 422
    assert (await attaching.listed(), attaching.on_disk()) == ([], [])
    assert [fact["outcome"] for fact in await attaching.facts("AttachmentRefused")] == ["sent"]


async def test_who_sends_under_the_id_of_anothers_draft_gets_none_of_its_files(
    attaching: Attaching, referrals: Referrals
) -> None:
    added = await attaching.added(NOTE)
    thief = caller("lead")
    stolen = (await referrals.send(thief, key=attaching.draft)).json()["reference"]
    assert (await attaching.of_referral(stolen, OFFICER)).json()["attachments"] == []
    assert (await attaching.read(stolen, added["attachment_id"], OFFICER)).status_code == 404


async def test_the_own_school_reads_what_was_sent_and_no_other(attaching: Attaching) -> None:
    added = await attaching.added(NOTE)
    reference = await attaching.send()
    for who in (caller("lead"), caller("headteacher"), OFFICER):
        assert (await attaching.read(reference, added["attachment_id"], who)).content == NOTE
    other = caller("lead", OTHER_SCHOOL)
    assert (await attaching.of_referral(reference, other)).status_code == 404
    assert (await attaching.read(reference, added["attachment_id"], other)).status_code == 404
    outcomes = [(fact["outcome"], len(fact["children"])) for fact in await attaching.facts("AttachmentRead")]
    assert outcomes == [("shown", 1)] * 3 + [("not_found", 0)] * 2


@pytest.mark.parametrize("at_once", [1, 3])
async def test_there_are_so_many_and_no_more(attaching: Attaching, at_once: int) -> None:
    attaching.again(draft_files_max=2)
    ids = [(await attaching.announce()).json()["attachment_id"] for _ in range(4)]
    puts = [attaching.put(id, files.pdf(size=1000 + n)) for n, id in enumerate(ids)]
    answers = (
        [await put for put in puts] if at_once == 1 else await asyncio.gather(*puts)
    )  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [201, 201, 422, 422]
    assert len(await attaching.listed()) == len(attaching.on_disk()) == 2
    said = (await attaching.announce()).json()["errors"][0]
    assert said == {"where": "/file", "why": "You can add up to 2 files. Remove one first"}


async def test_all_together_have_a_bound(attaching: Attaching) -> None:
    attaching.again(draft_files_max_bytes=250_000)
    await attaching.added(NOTE)
    answer = await attaching.add(files.pdf(size=100_000))
    assert answer.status_code == 422
    assert [fact["outcome"] for fact in await attaching.facts("AttachmentRefused")] == ["too_much"]
    assert len(attaching.on_disk()) == 1


@pytest.mark.parametrize(("over", "status"), [(0, 201), (1, 422)])
async def test_a_file_may_be_as_large_as_the_limit_and_no_larger(attaching: Attaching, over: int, status: int) -> None:
    most = 300_000
    attaching.again(file_max_bytes=most)
    empty = len(files.pdf(size=100_000)) - 100_000
    answer = await attaching.add(files.pdf(size=most - empty + over))
    assert answer.status_code == status
    assert len(attaching.on_disk()) == (1 if status == 201 else 0)


async def test_a_file_that_was_not_announced_is_not_taken(attaching: Attaching) -> None:
    assert (await attaching.put(str(uuid4()), NOTE)).status_code == 404
    added = await attaching.added(NOTE)
    assert (await attaching.put(added["attachment_id"], files.pdf())).status_code == 404
    assert await attaching.kept(added["attachment_id"]) == NOTE


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Bruise left arm.JPG", "Bruise left arm.JPG"),
        (r"C:\Users\aisha\Desktop\arm.jpeg", "arm.jpeg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("arm.exe", "arm.exe.jpg"),
        ("arm\u202egpj.exe", "armgpj.exe.jpg"),
        ("arm\x00\r\nSet-Cookie: a.jpg", "arm Set-Cookie a.jpg"),
        ("\u200b", "file.jpg"),
        ("...", "file.jpg"),
        ("Zeichnung von Zoë 画.jpg", "Zeichnung von Zoë 画.jpg"),
        ("a" * 300 + ".jpg", "a" * 116 + ".jpg"),
    ],
)
async def test_a_name_is_tidied_and_ends_as_what_the_file_is(attaching: Attaching, typed: str, kept: str) -> None:
    announced = await attaching.announce(typed.replace("\x00", ""))
    added = await attaching.put(announced.json()["attachment_id"], files.jpeg())
    assert added.json()["name"] == kept
