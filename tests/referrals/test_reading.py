"""Reading a referral by its reference: by the council, or by the school that sent it; on the record either way."""

from __future__ import annotations

import pytest

from services.referrals.domain import check_character
from tests.referrals.scene import MIRA, OTHER_SCHOOL, WORDS, Referrals
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


async def test_the_reader_knows_which_child_it_is_about(referrals: Referrals) -> None:
    made = await referrals.made()
    told = (await referrals.read(made["reference"], caller("triage_officer"))).json()["child"]
    assert told == {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03", "upn": None}
    await referrals.keep(MIRA.model_copy(update={"revision": 9, "ended": True}))
    assert (await referrals.read(made["reference"], caller("triage_officer"))).json()["child"] is None


async def test_reading_is_a_fact(referrals: Referrals) -> None:
    made = await referrals.made()
    officer = caller("triage_officer")
    await referrals.read(made["reference"], officer)
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["actor"]) == ("ReferralRead", "shown", str(officer.account))
    assert (fact["referral_id"], fact["children"]) == (made["referral_id"], [str(MIRA.child_id)])
    assert WORDS not in str(fact)


async def test_another_schools_referral_and_none_are_told_apart_by_nobody(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    elsewhere = await referrals.read(reference, caller("lead", OTHER_SCHOOL))
    none = await referrals.read(FREE, caller("lead", OTHER_SCHOOL))
    for response in (elsewhere, none):
        assert (response.status_code, response.json()["type"]) == (404, "/problems/referral-not-found")
    assert {**elsewhere.json(), "correlation": ""} == {**none.json(), "correlation": ""}
    facts = (await referrals.facts())[1:]
    assert [(fact["outcome"], fact["referral_id"], fact["children"]) for fact in facts] == [("not_found", None, [])] * 2
    assert [fact["reference"] for fact in facts] == [reference, FREE]


async def test_a_mistyped_reference_is_said_and_not_looked_for(referrals: Referrals) -> None:
    for typed in ("AAA-AAA-A", "AAA", "x" * 41):
        response = await referrals.read(typed)
        assert (response.status_code, response.json()["errors"][0]["where"]) == (422, "/reference")
    assert await referrals.facts() == []


async def test_others_may_not_read(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    for role in ("account_administrator", "data_protection_officer", "operator"):
        assert (await referrals.read(reference, caller(role))).status_code == 403
