"""Reading a referral by its reference: by the council, or by the school that sent it; on the record either way."""

from __future__ import annotations

import pytest

from services.referrals.making.domain.reference import check_character
from tests.referrals.world import MIRA, OTHER_SCHOOL, WORDS, Referrals
from tests.support.web import SCHOOL, caller

FREE = f"AAA-AAA-{check_character('AAAAAA')}"


@pytest.mark.parametrize("who", [caller("triage_officer"), caller("lead"), caller("headteacher")])
async def test_it_is_read_by_the_council_and_by_its_school(referrals: Referrals, who: object) -> None:
    made = await referrals.made(family="A brother", parents_know=False, parents_reason="It would not be safe")
    response = await referrals.read(made["reference"].lower().replace("-", " "), who)  # type: ignore[arg-type]
    told = response.json()
    assert response.status_code == 200
    assert {**told, **made} == told
    assert (told["concern"], told["family"], told["parents_reason"]) == (WORDS, "A brother", "It would not be safe")
    assert (told["child_id"], told["school"], told["made_by"]) == (
        str(MIRA.child_id),
        SCHOOL,
        str(referrals.who.account),
    )


async def test_reading_is_a_fact(referrals: Referrals) -> None:
    made = await referrals.made()
    officer = caller("triage_officer")
    await referrals.read(made["reference"], officer)
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["actor"]) == ("ReferralRead", "shown", str(officer.account))
    assert (fact["referral_id"], fact["children"]) == (made["referral_id"], [str(MIRA.child_id)])
    assert WORDS not in str(fact)


async def test_another_schools_referral_and_none_get_the_same_answer(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    elsewhere = await referrals.read(reference, caller("lead", OTHER_SCHOOL))
    none = await referrals.read(FREE, caller("lead", OTHER_SCHOOL))
    for response in (elsewhere, none):
        assert (response.status_code, response.json()["type"]) == (404, "/problems/referral-not-found")
    assert {**elsewhere.json(), "correlation": ""} == {**none.json(), "correlation": ""}
    facts = (await referrals.facts())[1:]
    assert [(fact["outcome"], fact["referral_id"], fact["children"]) for fact in facts] == [("not_found", None, [])] * 2
    assert [fact["reference"] for fact in facts] == [reference, FREE]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("AAA-AAA-A", "Check it: one character is wrong"),
        ("AAA-A0A-A", "Check it: one character is wrong"),
        ("AAA", "A reference has 7 letters and digits, like ABC-DEF-G"),
        ("x" * 41, "A reference has 7 letters and digits, like ABC-DEF-G"),
        ("ÀAA-AAA-A", "A reference has 7 letters and digits, like ABC-DEF-G"),
    ],
)
async def test_a_mistyped_reference_is_told_so_and_not_looked_for(referrals: Referrals, typed: str, why: str) -> None:
    response = await referrals.read(typed)
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": "/reference", "why": why}])
    assert await referrals.facts() == []


async def test_a_reference_pasted_with_invisible_characters_is_read(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    pasted = "\ufeff" + reference.replace("-", "\u2011") + "\u200b"
    assert (await referrals.read(pasted)).status_code == 200


async def test_other_roles_may_not_read(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    for role in ("account_administrator", "data_protection_officer", "operator"):
        assert (await referrals.read(reference, caller(role))).status_code == 403
