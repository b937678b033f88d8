"""A data protection officer orders that a referral be kept, sees which are, and lets them go; nobody else does."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from shared.contracts import Role
from shared.contracts.identity import Account, School
from tests.referrals.world import MIRA, Referrals
from tests.support.web import SCHOOL, caller

GUARDIAN = caller("data_protection_officer")
WHY = "The family's solicitor has asked for it.\nUntil the end of 2027."


@pytest.fixture
async def reference(referrals: Referrals) -> str:
    told = await referrals.made()
    await referrals.clone.execute("DELETE FROM outbox")
    return str(told["reference"])


async def put(referrals: Referrals, reference: str, why: str = WHY) -> httpx.Response:
    return await referrals.web.post("/holds", {"reference": reference, "why": why}, GUARDIAN)


async def lift(referrals: Referrals, reference: str) -> httpx.Response:
    return await referrals.web.post("/holds/lifting", {"reference": reference}, GUARDIAN)


async def stand(referrals: Referrals) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (await referrals.web.get("/holds", GUARDIAN)).json()["holds"]
    return told


async def test_a_hold_is_shown_with_who_set_it_and_why_until_it_is_lifted(referrals: Referrals, reference: str) -> None:
    await referrals.keep(Account(revision=1, account_id=GUARDIAN.account, name="Petra Vance"))
    await referrals.keep(School(revision=1, urn=SCHOOL, name="Alder Primary"))
    assert (await put(referrals, reference.lower().replace("-", " "))).status_code == 201
    [one] = await stand(referrals)
    assert (one["reference"], one["why"], one["by_name"], one["school_name"]) == (
        reference, WHY, "Petra Vance", "Alder Primary",
    )  # fmt: skip
    assert (await lift(referrals, reference)).status_code == 200
    assert await stand(referrals) == []


async def test_each_act_and_each_reading_is_recorded_without_its_reason(referrals: Referrals, reference: str) -> None:
    await put(referrals, reference)
    await stand(referrals)
    await lift(referrals, reference)
    facts = await referrals.facts()
    assert [fact["type"] for fact in facts] == ["HoldSet", "HoldsRead", "HoldLifted"]
    assert all(fact["children"] == [str(MIRA.child_id)] for fact in facts)
    assert facts[0]["hold_id"] == facts[2]["hold_id"]
    assert "solicitor" not in str(facts)


@pytest.mark.parametrize(
    ("act", "status", "outcome"), [(put, 409, "already_held"), (lift, 409, "not_held")], ids=["set", "lift"]
)
async def test_what_is_so_already_is_refused_and_recorded(
    referrals: Referrals, reference: str, act: Any, status: int, outcome: str
) -> None:
    if act is put:
        await put(referrals, reference)
    assert (await act(referrals, reference)).status_code == status
    assert (await referrals.facts())[-1]["outcome"] == outcome


async def test_of_two_who_set_it_at_once_one_does(referrals: Referrals, reference: str) -> None:
    both = await asyncio.gather(put(referrals, reference), put(referrals, reference))
    assert sorted(response.status_code for response in both) == [201, 409]


async def test_what_there_is_not_is_not_held(referrals: Referrals) -> None:
    assert (await put(referrals, "222-222-P")).status_code == 404
    assert (await lift(referrals, "222-222-P")).status_code == 404
    assert [fact["outcome"] for fact in await referrals.facts()] == ["not_found", "not_found"]


@pytest.mark.parametrize(
    ("reference", "why"), [("AAA-AAA-A", WHY), ("", WHY), ("222-222-P", " \u200b"), ("222-222-P", "\U0001f600" * 1001)]
)
async def test_what_must_be_mended_is_said_and_nothing_is_asked(referrals: Referrals, reference: str, why: str) -> None:
    response = await put(referrals, reference, why)
    assert response.status_code == 422
    assert response.json()["errors"]
    assert await referrals.facts() == []


async def test_a_reason_may_have_a_thousand_characters_of_four_bytes(referrals: Referrals, reference: str) -> None:
    assert (await put(referrals, reference, "\U0001f600" * 1000)).status_code == 201


@pytest.mark.parametrize("role", ["lead", "headteacher", "triage_officer", "operator"])
async def test_it_is_for_data_protection_officers_only(referrals: Referrals, reference: str, role: Role) -> None:
    who, body = caller(role), {"reference": reference, "why": WHY}
    asks = [
        referrals.web.get("/holds", who),
        referrals.web.post("/holds", body, who),
        referrals.web.post("/holds/lifting", {"reference": reference}, who),
    ]
    assert {(await ask).status_code for ask in asks} == {403}
