"""Sending a draft: one referral, by the rules of sending, with the gate's answers and calls as they were given."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.referrals.drafts.world import ABOUT, ANSWERS, CALL, DESCRIBED, Writer
from tests.referrals.world import MIRA, OTHER_SCHOOL, on_roll

NOT_YET = {
    "urgency": "Say if the child is in danger now", "kind": "Say what you want to send",
    "concern": "Enter what has happened", "parents_know": "Say if the parents or carers know",
    "done_so_far": "Enter what your school has done so far", "contact": "Enter how we can reach you",
}  # fmt: skip
FULL = {
    "concern": 4000,
    "child_said": 2000,
    "family": 2000,
    "parents_reason": 2000,
    "done_so_far": 2000,
    "contact": 200,
}


async def test_a_draft_becomes_a_referral_under_its_own_id_and_keeps_no_word(writer: Writer) -> None:
    draft = await writer.written()
    receipt = await writer.sent(draft)
    [row] = await writer.referrals.clone.rows("SELECT *, idempotency_key::text AS key FROM referral")
    assert (row["key"], row["reference"], row["child_id"]) == (draft, receipt["reference"], MIRA.child_id)
    assert {name: row[name] for name in ANSWERS} == {**ANSWERS, "child_said": None}
    assert (row["written_given_name"], row["written_born"]) == ("Mira", MIRA.born)
    assert await writer.referrals.clone.value("SELECT sealed FROM draft") is None
    assert (await writer.outcomes())[-1] == "ReferralMade made"


async def test_sent_again_it_has_the_same_answer_and_opened_again_it_tells_that(writer: Writer) -> None:
    draft = await writer.written()
    receipt = await writer.sent(draft)
    assert await writer.sent(draft) == receipt
    told = (await writer.read(draft)).json()
    assert (told["sent"], told["answers"], told["child"]) == (receipt, None, None)
    assert (await writer.outcomes()).count("ReferralMade made") == 1


async def test_two_presses_at_once_are_one_referral(writer: Writer) -> None:
    draft = await writer.written()
    receipts = await asyncio.gather(*(writer.sent(draft) for _ in range(6)))
    assert len({receipt["reference"] for receipt in receipts}) == 1
    assert await writer.referrals.clone.value("SELECT count(*) FROM referral") == 1


async def test_what_is_sent_cannot_be_changed_or_thrown_away(writer: Writer) -> None:
    draft = await writer.written()
    await writer.sent(draft)
    for response in (await writer.answer(draft, contact="x"), await writer.ask("DELETE", f"/drafts/{draft}")):
        assert (response.status_code, response.json()["type"]) == (409, "/problems/already-sent")


async def test_what_is_missing_is_told_by_field_and_nothing_is_sent(writer: Writer) -> None:
    draft = await writer.begun()
    response = await writer.send(draft)
    assert response.status_code == 422
    assert {each["where"].strip("/"): each["why"] for each in response.json()["errors"]} == NOT_YET
    told = (await writer.read(draft)).json()["to_mend"]
    assert {each["where"]: each["why"] for each in told} == NOT_YET
    assert await writer.referrals.clone.value("SELECT count(*) FROM referral") == 0


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"parents_know": True, "parents_agree": None}, "parents_agree"),
        ({"parents_know": True, "parents_agree": "refused"}, "parents_reason"),
        ({"parents_know": True, "parents_agree": "not_asked"}, "parents_reason"),
        ({"parents_know": False}, "parents_reason"),
        ({"urgency": "significant"}, "called_at"),
        ({"urgency": "urgent", **CALL, "called_number": ""}, "called_number"),
        ({**CALL, "called_at": None}, "called_at"),
        ({"urgency": "urgent", **CALL, "called_at": (datetime.now(UTC) - timedelta(days=9)).isoformat()}, "called_at"),
        ({**CALL, "called_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, "called_at"),
        ({**CALL, "called_number": "the team"}, "called_number"),
        ({"concern": "Too short"}, "concern"),
        ({"concern": "\u200b" * 40}, "concern"),
        ({"done_so_far": " "}, "done_so_far"),
    ],
)
async def test_each_rule_is_told_when_a_page_is_saved_and_holds_when_it_is_sent(
    writer: Writer, said: dict[str, Any], where: str
) -> None:
    draft = await writer.written()
    assert where in [each["where"] for each in (await writer.answered(draft, **said))["to_mend"]]
    assert f"/{where}" in [each["where"] for each in (await writer.send(draft)).json()["errors"]]


async def test_a_lower_answer_must_be_said_to_be_meant_and_the_higher_one_and_the_call_are_kept(writer: Writer) -> None:
    draft = await writer.written()
    await writer.answered(draft, urgency="immediate")
    await writer.answered(draft, **CALL)
    response = await writer.answer(draft, urgency="not_urgent")
    assert [each["where"] for each in response.json()["errors"]] == ["/less_urgent"]
    assert (await writer.read(draft)).json()["answers"]["urgency"] == "immediate"
    await writer.answered(draft, urgency="not_urgent", less_urgent=True)
    await writer.sent(draft)
    [row] = await writer.referrals.clone.rows("SELECT urgency, lowered_from, called_number FROM referral")
    assert row == {"urgency": "not_urgent", "lowered_from": "immediate", "called_number": CALL["called_number"]}


async def test_an_answer_that_goes_down_and_up_again_was_not_lowered(writer: Writer) -> None:
    draft = await writer.written()
    await writer.answered(draft, urgency="significant", **CALL)
    await writer.answered(draft, urgency="not_urgent", less_urgent=True)
    await writer.answered(draft, urgency="significant")
    await writer.sent(draft)
    assert await writer.referrals.clone.value("SELECT lowered_from FROM referral") is None


async def test_urgent_is_an_answer_only_where_there_is_somebody_of_the_childs_own_to_call(writer: Writer) -> None:
    for known, status in (({"open_case": True}, 200), ({"has_worker": True}, 200), ({}, 422)):
        draft = await writer.begun(**{**ABOUT, "open_case": False, "has_worker": False, **known})
        assert (await writer.answer(draft, urgency="urgent")).status_code == status


TEN_WAYS = (
    "01632 960111", "01632960111", "(01632) 960111", "01632-960-111", "+44 1632 960111", "+441632960111",
    "0044 1632 960111", "+44 (0)1632 960111", "01632 960111 ext 12", "01632\u00a0960\u2011111",
)  # fmt: skip


@pytest.mark.parametrize("number", TEN_WAYS)
async def test_a_number_is_taken_in_any_usual_way(writer: Writer, number: str) -> None:
    draft = await writer.written()
    told = await writer.answered(draft, **{**CALL, "called_number": number})
    assert told["to_mend"] == []


async def test_a_request_for_early_help_is_sent_as_such_and_its_fact_keeps_its_promise(writer: Writer) -> None:
    draft = await writer.written()
    await writer.answered(draft, kind="early_help")
    receipt = await writer.sent(draft)
    assert (await writer.referrals.opened(receipt["reference"]))["kind"] == "early_help"
    fact = (await writer.referrals.facts())[-2]
    assert (fact["kind"], fact["early_help"], fact["described"]) == ("concern", True, False)


async def test_a_child_who_is_not_on_the_roll_is_described_and_read_so(writer: Writer) -> None:
    receipt = await writer.sent(await writer.written(**DESCRIBED))
    fact = (await writer.referrals.facts())[-1]
    assert (fact["children"], fact["described"], fact["roll_current"]) == ([], True, False)
    assert "anary" not in str(fact)
    told = await writer.referrals.opened(receipt["reference"])
    assert told["described"] == {
        "given_name": "Canary", "family_name": "Thistle", "born": None, "why": DESCRIBED["why_not_on_roll"],
    }  # fmt: skip
    assert (told["child_id"], told["child_written"], told["child"]) == (None, None, None)


async def test_a_child_who_has_left_the_roll_is_refused_and_the_draft_stays(writer: Writer) -> None:
    draft = await writer.written()
    await writer.referrals.change(rolls=(on_roll(OTHER_SCHOOL),))
    assert (await writer.send(draft)).status_code == 403
    assert (await writer.outcomes())[-1] == "ReferralRefused not_on_roll"
    assert (await writer.read(draft)).json()["answers"]["concern"] == ANSWERS["concern"]


@pytest.mark.parametrize("sign", ["x", "é", "語", "😟"], ids=["one", "two", "three", "four"])
async def test_every_text_may_be_full_whatever_its_characters_and_no_longer(writer: Writer, sign: str) -> None:
    full = {name: sign * most for name, most in FULL.items()}
    draft = await writer.written()
    await writer.answered(draft, **full)
    for name, most in FULL.items():
        response = await writer.answer(draft, **{name: sign * (most + 1)})
        assert [each["where"] for each in response.json()["errors"]] == [f"/{name}"]
    told = (await writer.read(draft)).json()["answers"]
    assert {name: told[name] for name in FULL} == full
    await writer.answered(draft, parents_agree="refused")
    await writer.sent(draft)
    [row] = await writer.referrals.clone.rows(f"SELECT {', '.join(FULL)} FROM referral")
    assert row == full


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        ({"kind": "canary"}, "/kind"),
        ({"urgency": "canary"}, "/urgency"),
        ({"parents_know": "yes"}, "/parents_know"),
        ({"called_at": 1396483200}, "/called_at"),
        ({"called_at": "2026-11-03T09:12:00"}, "/called_at"),
        ({"canary": "x"}, ""),
    ],
)
async def test_what_is_no_answer_is_refused_and_changes_nothing(
    writer: Writer, answers: dict[str, Any], where: str
) -> None:
    draft = await writer.written()
    response = await writer.answer(draft, **answers)
    assert response.status_code == 422
    assert [each["where"] for each in response.json()["errors"]] == [where]
    assert "canary" not in response.text
    assert (await writer.read(draft)).json()["version"] == 1
