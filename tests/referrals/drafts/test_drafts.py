"""Drafts: kept page by page, sealed, opened by their writer at their school alone, and gone when their time is over."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag

from services.referrals.drafts import commands
from services.referrals.drafts.commands import Drafts
from tests.referrals.drafts.world import ABOUT, ANSWERS, DESCRIBED, Writer
from tests.referrals.world import MIRA, OTHER_SCHOOL, SETTINGS
from tests.support.web import SCHOOL, caller

COUNT = "SELECT count(*) FROM draft"


async def test_what_is_answered_on_each_page_is_there_when_it_is_opened_again(writer: Writer) -> None:
    draft = await writer.begun()
    await writer.answered(draft, concern=ANSWERS["concern"])
    await writer.answered(draft, contact="Aisha")
    told = (await writer.read(draft)).json()
    assert (told["answers"]["concern"], told["answers"]["contact"]) == (ANSWERS["concern"], "Aisha")
    assert (told["child"]["given_name"], told["child"]["born"], told["version"]) == ("Mira", "2014-04-03", 2)
    assert told["child"]["lines"][0]["phone"] == "01632 960222"


async def test_an_answer_that_is_given_again_replaces_the_one_before_and_no_other(writer: Writer) -> None:
    draft = await writer.begun()
    await writer.answered(draft, **ANSWERS)
    told = await writer.answered(draft, family=None, contact="Calwyn")
    wanted = {**ANSWERS, "family": None, "contact": "Calwyn"}
    assert {name: told["answers"][name] for name in ANSWERS} == wanted


async def test_the_list_has_the_unsent_ones_with_their_end_the_last_saved_first(writer: Writer) -> None:
    first, second = await writer.begun(), await writer.begun(**DESCRIBED)
    await writer.answered(first, contact="Aisha")
    await writer.sent(await writer.written())
    listed = (await writer.ask("GET", "/drafts")).json()["drafts"]
    assert [one["draft_id"] for one in listed] == [first, second]
    assert all(one["expires_at"] > one["saved_at"] for one in listed)
    assert (await writer.outcomes())[-1] == "DraftsListed shown"
    assert (await writer.referrals.facts())[-1]["children"] == [str(MIRA.child_id)]


async def test_a_described_child_is_described_anew_and_a_child_of_the_roll_is_not(writer: Writer) -> None:
    described, known = await writer.written(**DESCRIBED), await writer.begun()
    anew = {**DESCRIBED, "given_name": "Canary Ann", "born": "2015-02-01"}
    told = (await writer.ask("PUT", f"/drafts/{described}/child", json=anew)).json()
    assert (told["child"]["given_name"], told["child"]["born"], told["to_mend"]) == ("Canary Ann", "2015-02-01", [])
    assert (await writer.outcomes())[-1] == "DraftSaved saved"
    refused = await writer.ask("PUT", f"/drafts/{known}/child", json=anew)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "/given_name")
    assert (await writer.read(known)).json()["child"]["given_name"] == MIRA.given_name
    await writer.sent(described)
    late = await writer.ask("PUT", f"/drafts/{described}/child", json=anew)
    assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (409, "already-sent")


async def test_begun_twice_under_one_key_it_is_one(writer: Writer) -> None:
    key = uuid4()
    answers = await asyncio.gather(*(writer.begin(key) for _ in range(4)))
    assert {answer.json()["draft_id"] for answer in answers} == {str(key)}
    assert await writer.referrals.clone.value(COUNT) == 1


async def test_what_is_kept_is_sealed_for_its_row(writer: Writer) -> None:
    draft, other = await writer.written(), await writer.begun()
    rows = await writer.referrals.clone.rows("SELECT row_to_json(draft)::text AS whole, sealed FROM draft")
    for row in rows:
        assert "anary" not in row["whole"]
        assert b"anary" not in row["sealed"]
        assert b"Mira" not in row["sealed"]
    swap = "UPDATE draft SET sealed = (SELECT sealed FROM draft WHERE draft_id = $1) WHERE draft_id = $2"
    await writer.referrals.clone.execute(swap, draft, other)
    with pytest.raises(InvalidTag):
        async with writer.referrals.transaction() as tx:
            await Drafts(tx, writer.who, SETTINGS).open(other)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["read", "answer", "discard", "send"])
@pytest.mark.parametrize("whose", ["a colleague's", "another school's", "unknown", "expired", "discarded"])
async def test_what_is_not_ones_own_here_is_not_found_in_the_same_words_and_that_is_recorded(
    writer: Writer, whose: str, asked: str
) -> None:
    draft = await writer.written()
    who = writer.who
    match whose:
        case "a colleague's":
            who = caller("headteacher")
        case "another school's":
            who = caller("lead", OTHER_SCHOOL, account=who.account)
        case "unknown":
            draft = str(uuid4())
        case "expired":
            await writer.referrals.clone.execute("UPDATE draft SET expires_at = now()")
        case "discarded":
            await writer.ask("DELETE", f"/drafts/{draft}")
    response = await ask_for(writer, asked, draft, who)
    assert (response.status_code, response.json()["type"]) == (404, "/problems/draft-not-found")
    assert "anary" not in response.text
    fact = (await writer.referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["draft_id"]) == ("DraftRefused", "not_found", draft)
    assert (fact["actor"], fact["school"]) == (str(who.account), who.school)


async def ask_for(writer: Writer, asked: str, draft: str, who: Any) -> Any:
    if asked == "answer":
        return await writer.ask("PUT", f"/drafts/{draft}/answers", who, json={"contact": "Aisha"})
    method, path = {"read": ("GET", ""), "discard": ("DELETE", ""), "send": ("POST", "/sending")}[asked]
    return await writer.ask(method, f"/drafts/{draft}{path}", who)


async def test_a_triage_officer_has_no_drafts(writer: Writer) -> None:
    draft = await writer.begun()
    for path in ("/drafts", f"/drafts/{draft}"):
        assert (await writer.ask("GET", path, caller("triage_officer"))).status_code == 403


async def test_who_writes_at_two_schools_has_those_of_the_one_acted_for(writer: Writer) -> None:
    await writer.begun()
    elsewhere = caller("lead", OTHER_SCHOOL, account=writer.who.account)
    there = (await writer.begin(who=elsewhere)).json()["draft_id"]
    listed = (await writer.ask("GET", "/drafts", elsewhere)).json()["drafts"]
    assert [one["draft_id"] for one in listed] == [there]


async def test_one_that_is_discarded_leaves_nothing(writer: Writer) -> None:
    draft = await writer.written()
    assert (await writer.ask("DELETE", f"/drafts/{draft}")).status_code == 200
    assert await writer.referrals.clone.value(COUNT) == 0
    assert (await writer.outcomes())[-1] == "DraftDiscarded discarded"


async def test_when_its_time_is_over_it_is_deleted_with_its_fact_and_the_others_stay(writer: Writer) -> None:
    gone, kept, sent = await writer.written(), await writer.begun(), await writer.written()
    await writer.sent(sent)
    past = "UPDATE draft SET expires_at = now() - interval '1 second' WHERE draft_id = ANY($1::uuid[])"
    await writer.referrals.clone.execute(past, [gone, sent])
    await commands.delete_expired(writer.referrals.clone.db, SETTINGS)
    rows = await writer.referrals.clone.rows("SELECT draft_id FROM draft")
    assert {str(row["draft_id"]) for row in rows} == {kept, sent}
    [fact] = [fact for fact in await writer.referrals.facts() if fact["type"] == "DraftExpired"]
    assert (fact["draft_id"], fact["actor"], fact["school"]) == (gone, str(writer.who.account), SCHOOL)
    assert fact["children"] == [str(MIRA.child_id)]


async def test_each_saving_keeps_it_for_longer(writer: Writer) -> None:
    draft = await writer.begun()
    await writer.referrals.clone.execute("UPDATE draft SET expires_at = now() + interval '1 hour'")
    await writer.answered(draft, contact="Aisha")
    left = await writer.referrals.clone.value("SELECT expires_at - now() FROM draft")
    assert left > SETTINGS.draft_life - timedelta(minutes=5)


async def test_what_a_saving_tells_of_the_draft_is_what_is_kept(writer: Writer) -> None:
    draft = await writer.begun()
    assert (await writer.answered(draft, contact="Aisha")) == (await writer.read(draft)).json()


async def test_its_facts_have_not_a_word_of_it(writer: Writer) -> None:
    draft = await writer.written()
    await writer.read(draft)
    await writer.begun(**DESCRIBED)
    said = str(await writer.referrals.facts())
    assert "anary" not in said
    assert not re.search(r"1632\D?960", said)  # a telephone number; "960" alone stands in one id of a hundred
    assert await writer.outcomes() == [
        "DraftStarted started",
        "DraftSaved saved",
        "DraftRead shown",
        "DraftStarted started",
    ]


@pytest.mark.parametrize(
    "about",
    [
        {**ABOUT, "why_not_on_roll": "both"},
        {name: ABOUT[name] for name in ("given_name", "family_name", "born")},
        {**ABOUT, "given_name": "x" * 1001},
        {**ABOUT, "canary": 1},
        {**ABOUT, "lines": ABOUT["lines"] * 21},  # type: ignore[operator]
    ],
)
async def test_a_draft_is_about_one_child_in_one_way(writer: Writer, about: dict[str, Any]) -> None:
    response = await writer.begin(**about)
    assert response.status_code == 422
    assert "canary" not in response.text
    assert await writer.referrals.facts() == []
