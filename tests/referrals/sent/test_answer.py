"""A school answers what it is asked: once, by one of its people, and only what is asked now."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from shared.web.tokens import Caller
from tests.referrals.sent.conftest import Council
from tests.referrals.world import MIRA, OTHER_SCHOOL, Referrals
from tests.support.web import caller

SAID = "It was on Monday, before the bell."


@pytest.fixture
async def made(referrals: Referrals) -> dict[str, Any]:
    return await referrals.made()


async def answer(
    referrals: Referrals, made: dict[str, Any], question: int, words: str = SAID, who: Caller | None = None
) -> httpx.Response:
    path = f"/sent/{made['reference']}/answer"
    return await referrals.web.post(path, {"question": question, "words": words}, who or referrals.who)


async def read(referrals: Referrals, made: dict[str, Any]) -> Any:
    return (await referrals.web.get(f"/sent/{made['reference']}", referrals.who)).json()


async def test_an_answer_is_kept_and_told_to_the_council_and_nothing_is_asked_any_more(
    referrals: Referrals, council: Council, made: dict[str, Any]
) -> None:
    question = await council.does(made["referral_id"], "asked", "Which day was it?")
    assert (await answer(referrals, made, question)).status_code == 204
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["referral_id"], fact["children"]) == (
        "QuestionAnswered", "answered", made["referral_id"], [str(MIRA.child_id)],
    )  # fmt: skip
    assert SAID not in str(fact)
    told = await read(referrals, made)
    assert (told["standing"], told["asked"], told["steps"][-1]["words"]) == ("sent", False, SAID)
    assert await referrals.clone.value("SELECT for_council FROM step WHERE act = 'answered'") is None


async def test_pressing_twice_answers_once(referrals: Referrals, council: Council, made: dict[str, Any]) -> None:
    question = await council.does(made["referral_id"], "asked", "Which day was it?")
    both = await asyncio.gather(*(answer(referrals, made, question) for _ in range(2)))
    assert [response.status_code for response in both] == [204, 204]
    assert Counter(fact["type"] for fact in await referrals.facts())["QuestionAnswered"] == 1
    assert [step["act"] for step in (await read(referrals, made))["steps"]] == ["asked", "answered"]


async def test_of_two_leads_at_once_one_answers_and_the_other_is_told(
    referrals: Referrals, council: Council, made: dict[str, Any]
) -> None:
    question = await council.does(made["referral_id"], "asked", "Which day was it?")
    people = [caller("lead") for _ in range(5)]
    answers = await asyncio.gather(
        *(answer(referrals, made, question, f"Words of {n}", who) for n, who in enumerate(people))
    )
    assert Counter(response.status_code for response in answers) == {204: 1, 409: 4}
    facts = Counter((fact["type"], fact["outcome"]) for fact in await referrals.facts())
    assert (facts["QuestionAnswered", "answered"], facts["AnswerRefused", "nothing_asked"]) == (1, 4)


async def test_only_the_question_that_is_asked_now_is_answered(
    referrals: Referrals, council: Council, made: dict[str, Any]
) -> None:
    first = await council.does(made["referral_id"], "asked", "Which day was it?")
    await answer(referrals, made, first)
    second = await council.does(made["referral_id"], "asked", "And who was there?")
    assert (await answer(referrals, made, first, "An answer to the first")).status_code == 409
    await council.does(made["referral_id"], "taken")  # the council's own work meanwhile is no matter
    assert (await answer(referrals, made, second, "Her aunt")).status_code == 204


async def test_nothing_is_answered_where_nothing_was_asked_or_it_was_decided(
    referrals: Referrals, council: Council, made: dict[str, Any]
) -> None:
    refused = await answer(referrals, made, 1)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/nothing-asked")
    question = await council.does(made["referral_id"], "asked", "Which day was it?")
    await council.does(made["referral_id"], "decided", "We have opened early help.")
    assert (await answer(referrals, made, question)).status_code == 409


async def test_another_school_cannot_answer_and_is_told_as_if_there_were_none(
    referrals: Referrals, council: Council, made: dict[str, Any]
) -> None:
    question = await council.does(made["referral_id"], "asked", "Which day was it?")
    assert (await answer(referrals, made, question, who=caller("lead", OTHER_SCHOOL))).status_code == 404
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["children"]) == ("AnswerRefused", "not_found", [])
    assert (await read(referrals, made))["asked"] is True


@pytest.mark.parametrize(
    ("words", "status"),
    [("", 422), ("\u200b \u3164", 422), ("𝄞" * 4000, 204), ("𝄞" * 4001, 422), ("é" * 4000, 204), ("字" * 4001, 422)],
)
async def test_words_are_tidied_and_bounded_in_characters(
    referrals: Referrals, council: Council, made: dict[str, Any], words: str, status: int
) -> None:
    question = await council.does(made["referral_id"], "asked", "Which day was it?")
    assert (await answer(referrals, made, question, words)).status_code == status


async def test_the_same_words_to_a_second_question_are_an_answer_of_their_own(
    referrals: Referrals, council: Council, made: dict[str, Any]
) -> None:
    for _ in range(2):
        question = await council.does(made["referral_id"], "asked", "Is she at school today?")
        assert (await answer(referrals, made, question, "Yes")).status_code == 204
    assert [step["act"] for step in (await read(referrals, made))["steps"]] == ["asked", "answered"] * 2
