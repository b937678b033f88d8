"""A lead's drafts: listed with their end, thrown away when that is meant, and begun about a child not on the roll."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.gateway import words
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
