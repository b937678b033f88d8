"""A lead's drafts: listed with their end, thrown away when that is meant, and begun about a child not on the roll."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.gateway import words
from services.gateway.calls.referrals.drafts import KeptDrafts
from tests.gateway.world import WRITTEN, Neighbours, Reader
from tests.referrals.world import Referrals

CANARY = {
    "given_name": "Canary", "family_name": "Thistle", "born-day": "", "born-month": "", "born-year": "",
    "why_not_on_roll": "Joined on Monday.",
}  # fmt: skip


async def describe(writer: Reader, **changed: str) -> None:
    await writer.open("/drafts/described")
    await writer.send("/drafts/described", **{**CANARY, **changed})


async def test_the_list_says_until_when_each_is_kept_and_leads_to_it(writer: Reader, referrals: Referrals) -> None:
    await writer.open("/drafts")
    assert "You have no drafts for this school" in writer.text
    await writer.to_the_questions()
    draft, until = writer.draft, await referrals.clone.value("SELECT expires_at FROM draft")
    await writer.open("/drafts")
    assert "Canary Featherstone Date of birth 5 March 2014" in writer.text
    assert f"Kept until {words.due(until)}" in writer.text
    assert f'href="{draft}"' in (writer.page.text if writer.page else "")


async def test_one_is_thrown_away_when_that_is_meant(writer: Reader, referrals: Referrals) -> None:
    await writer.to_the_questions()
    path = f"/drafts/{writer.draft.rpartition('/')[2]}/discard"
    await writer.open(path)
    await writer.send(path)
    assert writer.faults == ["Choose if you want to throw it away"]
    await writer.send(path, sure="no")
    assert "Canary Featherstone" in writer.text
    await writer.open(path)
    await writer.send(path, sure="yes")
    assert "You have no drafts for this school" in writer.text
    assert await referrals.clone.value("SELECT count(*) FROM draft") == 0


async def test_a_child_who_is_not_on_the_roll_is_described_and_sent(writer: Reader, referrals: Referrals) -> None:
    await describe(writer)
    assert "about Canary Thistle, date of birth not known" in writer.text
    await writer.send(f"{writer.draft}/danger", danger="not_urgent")
    await writer.write_all()
    assert "Not on your roll: Joined on Monday." in writer.text
    await writer.send(f"{writer.draft}/check", confirm="yes")
    assert "Canary Thistle, date of birth not known" in writer.text
    assert "could not check that the child was on it" not in writer.text
    [sent] = await referrals.clone.rows("SELECT child_id, described_given_name, described_why, concern FROM referral")
    assert sent == {
        "child_id": None, "described_given_name": "Canary", "described_why": "Joined on Monday.",
        "concern": WRITTEN["concern"],
    }  # fmt: skip


async def test_of_a_described_child_the_check_has_a_change_that_is_kept(writer: Reader, referrals: Referrals) -> None:
    await describe(writer, given_name="Cannery")
    await writer.send(f"{writer.draft}/danger", danger="not_urgent")
    await writer.write_all()
    path = f"/drafts/{writer.draft.rpartition('/')[2]}/child"
    assert f'href="{path}"' in (writer.page.text if writer.page else "")
    await writer.open(path)
    assert 'value="Cannery"' in (writer.page.text if writer.page else "")
    await writer.send(path, **{**CANARY, "given_name": ""})
    assert writer.faults == ["Enter a first name, or Not known"]
    await writer.send(path, **{**CANARY, "born-day": "1", "born-month": "2", "born-year": "2015"})
    assert "about Canary Thistle, born 1 February 2015 Check your answers" in writer.text
    await writer.send(f"{writer.draft}/check", confirm="yes")
    assert await referrals.clone.value("SELECT described_given_name FROM referral") == "Canary"


async def test_a_child_of_the_roll_is_not_described(writer: Reader) -> None:
    await writer.to_the_questions()
    await writer.write_all()
    path = f"/drafts/{writer.draft.rpartition('/')[2]}/child"
    assert path not in (writer.page.text if writer.page else "")
    await writer.open(path)
    assert "Your drafts" in writer.text


async def test_the_page_once_more_with_another_spelling_is_the_same_draft_with_that(
    writer: Reader, referrals: Referrals
) -> None:
    """As after Back: what was typed last stands, and nothing of it is lost."""
    await writer.open("/drafts/described")
    page = writer.page
    for name in ("Cannery", "Canary"):
        writer.page = page
        await writer.send("/drafts/described", **{**CANARY, "given_name": name})
    assert "about Canary Thistle" in writer.text
    assert await referrals.clone.value("SELECT count(*) FROM draft") == 1


async def test_under_the_key_of_anothers_draft_it_is_one_of_its_own(writer: Reader, referrals: Referrals) -> None:
    await describe(writer)
    theirs = writer.draft
    await referrals.clone.execute("UPDATE draft SET account = gen_random_uuid()")
    await writer.open("/drafts/described")
    await writer.send("/drafts/described", **CANARY, key=theirs.rpartition("/")[2])
    assert "about Canary Thistle" in writer.text
    assert writer.draft != theirs


async def test_thrown_away_twice_at_once_it_is_gone_and_nothing_is_wrong(
    writer: Reader, referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second press finds the draft when it is asked for, and not any more when it is thrown away."""
    await writer.to_the_questions()
    path = f"/drafts/{writer.draft.rpartition('/')[2]}/discard"
    await writer.open(path)
    discard = KeptDrafts.discard

    async def pressed_before(drafts: KeptDrafts, draft_id: UUID) -> None:
        await discard(drafts, draft_id)
        await discard(drafts, draft_id)

    monkeypatch.setattr(KeptDrafts, "discard", pressed_before)
    await writer.send(path, sure="yes")
    assert "You have no drafts for this school" in writer.text
    assert await referrals.clone.value("SELECT count(*) FROM draft") == 0


async def test_pressed_twice_it_is_one_draft(writer: Reader, referrals: Referrals) -> None:
    await writer.open("/drafts/described")
    page = writer.page
    for _ in range(2):
        writer.page = page
        await writer.send("/drafts/described", **CANARY)
    assert await referrals.clone.value("SELECT count(*) FROM draft") == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"given_name": ""}, "Enter a first name, or Not known"),
        ({"family_name": "\u200b"}, "Enter a last name, or Not known"),
        ({"why_not_on_roll": " "}, "Say why the child is not on your roll"),
        ({"why_not_on_roll": "😀" * 2001}, "Why the child is not on your roll must be 2000 characters or fewer"),
        (
            {"why_not_on_roll": "Joined\x00 today."},
            "Why the child is not on your roll had characters that cannot be shown. They were left out. Check that "
            "what is below is what you mean, then send it",
        ),
        ({"given_name": "x" * 1001}, "First name must be 1000 characters or fewer"),
        ({"born-day": "31", "born-month": "2", "born-year": "2014"}, "Date of birth must be a real date"),
        (
            {"born-day": "5", "born-month": "3", "born-year": "1914"},
            "Date of birth must be in the last 25 years. Check the year",
        ),
        (
            {"born-day": "5", "born-month": "3", "born-year": str(datetime.now(UTC).year + 1)},
            "Date of birth must be in the past",
        ),
    ],
)
async def test_what_is_wrong_of_the_description_is_said_and_all_of_it_comes_back(
    writer: Reader, referrals: Referrals, changed: dict[str, str], why: str
) -> None:
    await describe(writer, **changed)
    assert writer.faults == [why]
    assert 'value="Thistle"' in (writer.page.text if writer.page else "") or "family_name" in changed
    assert await referrals.clone.value("SELECT count(*) FROM draft") == 0


async def test_what_was_described_while_referrals_is_away_is_kept(writer: Reader, neighbours: Neighbours) -> None:
    neighbours.refusal = ("POST /drafts", 503, {"type": "/problems/no-record"})
    await describe(writer)
    assert "kept on this page" in writer.text
    await writer.send("/typed")
    assert "Thistle" in writer.text
    assert "Joined on Monday." in writer.text


async def test_who_is_not_found_on_the_roll_can_be_written_about(writer: Reader, neighbours: Neighbours) -> None:
    neighbours.answer = {"outcome": "not_on_roll"}
    await writer.find()
    assert 'href="/drafts/described"' in (writer.page.text if writer.page else "")
