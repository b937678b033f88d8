"""An officer finds the child whom a school could only describe, and says which one it is, until it is decided."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.referrals.handling.domain import Step
from services.referrals.linking.commands import CANDIDATES_MAX, compute_keys
from services.referrals.routing.commands import route
from shared import matching
from shared.contracts import Role
from shared.contracts.identity import School
from tests.referrals.acting import DESCRIBED, act, describe, handling
from tests.referrals.world import (
    MIRA,
    NORTH,
    OFFICER,
    OTHER_SCHOOL,
    ROWAN,
    SETTINGS,
    Referrals,
    allocated,
    child,
    on_roll,
)
from tests.support.web import SCHOOL, caller

BY_NAME = {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}
UPN = "B801200005001"
TWIN = child(given_name="Míra", family_name="O Quillane", upn=UPN, rolls=(on_roll(OTHER_SCHOOL),))
"""Another child that is spelt the same once it is folded."""
MIRAS, TWINS = str(MIRA.child_id), str(TWIN.child_id)


@pytest.fixture
async def reference(referrals: Referrals) -> str:
    """Of a referral about a child whom its school described as it would MIRA."""
    told = await referrals.made()
    await describe(referrals)
    await referrals.clone.execute("DELETE FROM outbox")
    await referrals.keep(TWIN, School(revision=1, urn=OTHER_SCHOOL, name="Larchmere School"))
    return str(told["reference"])


async def found(referrals: Referrals, reference: str, **sought: Any) -> dict[str, Any]:
    response = await referrals.web.post(f"/referrals/{reference}/candidates", sought, OFFICER)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


async def link(referrals: Referrals, reference: str, child_id: str | None, version: int = 0) -> httpx.Response:
    body = {"version": version, "child_id": child_id}
    return await referrals.web.post(f"/referrals/{reference}/link", body, OFFICER)


async def shown(referrals: Referrals, reference: str) -> dict[str, Any]:
    told: dict[str, Any] = (await referrals.web.get(f"/referrals/{reference}/link", OFFICER)).json()
    return told


async def test_what_the_school_wrote_is_shown_and_nobody_is_linked_yet(referrals: Referrals, reference: str) -> None:
    told = await shown(referrals, reference)
    assert told["described"] == {**DESCRIBED, "born": "2014-04-03"}
    assert (told["linked"], told["child"], told["decided"], told["version"]) == (False, None, False, 0)


async def test_a_name_finds_those_who_may_be_meant_the_likeliest_first_with_what_differs(
    referrals: Referrals, reference: str
) -> None:
    swapped, tove = child(born=date(2014, 3, 4)), child(given_name="Tove", family_name="Vantongeren")
    await referrals.keep(swapped, tove, child(ended=True))
    told = await found(referrals, reference, **BY_NAME)
    first, second, third = told["candidates"]
    assert {first["child_id"], second["child_id"]} == {MIRAS, TWINS}
    assert [tuple(one["differs"]) for one in told["candidates"]] == [(), (), ("born",)]
    assert third["child_id"] == str(swapped.child_id)
    assert {tuple(one["schools"]) for one in (first, second)} == {(SCHOOL,), ("Larchmere School",)}
    assert (told["more"], told["current"]) == (False, True)


@pytest.mark.parametrize(
    "sought", [{"given_name": "Mirra"}, {"family_name": "O'Quilane"}, {"born": "2014-03-04"}, {"born": "2014-04-13"}]
)
async def test_a_name_or_a_birthday_need_not_be_as_it_is_recorded(
    referrals: Referrals, reference: str, sought: dict[str, str]
) -> None:
    told = await found(referrals, reference, **{**BY_NAME, **sought})
    assert {one["child_id"] for one in told["candidates"]} == {MIRAS, TWINS}
    assert all(one["differs"] for one in told["candidates"])


YESTERDAYS = """
    UPDATE child SET given_name = 'Tove', family_name = 'Vantongeren', born = '2012-02-01', revision = revision + 1
     WHERE child_id = $1
"""
"""How yesterday's code renames a child: it knows no keys."""


async def test_a_child_that_yesterdays_code_renamed_is_found_exactly_at_once_and_nearly_so_when_keys_are_computed(
    referrals: Referrals, reference: str
) -> None:
    await referrals.clone.execute(YESTERDAYS, MIRA.child_id)
    exact = {"given_name": "Tove", "family_name": "Vantongeren", "born": "2012-02-01"}
    near = {**exact, "born": "2012-01-02"}

    async def outcome(sought: dict[str, str]) -> list[str]:
        return [one["child_id"] for one in (await found(referrals, reference, **sought))["candidates"]]

    assert [await outcome(exact), await outcome(near)] == [[MIRAS], []]
    await compute_keys(referrals.clone.db, SETTINGS)
    assert [await outcome(exact), await outcome(near)] == [[MIRAS], [MIRAS]]
    assert await referrals.clone.value("SELECT count(*) FROM child WHERE keys_version < $1", matching.VERSION) == 0


@pytest.mark.parametrize("typed", [UPN, "b8012 0000 5001", f"{UPN}\u200b"])
async def test_a_upn_finds_its_child_however_it_is_typed(referrals: Referrals, reference: str, typed: str) -> None:
    [one] = (await found(referrals, reference, upn=typed))["candidates"]
    assert one == {
        "child_id": TWINS, "given_name": "Míra", "family_name": "O Quillane", "born": "2014-04-03", "upn": UPN,
        "restricted": False, "schools": ["Larchmere School"], "differs": [],
    }  # fmt: skip


async def test_of_very_many_only_some_are_shown_and_that_is_said(referrals: Referrals, reference: str) -> None:
    await referrals.keep(*(child() for _ in range(CANDIDATES_MAX)))
    told = await found(referrals, reference, **BY_NAME)
    assert (len(told["candidates"]), told["more"]) == (CANDIDATES_MAX, True)


async def test_that_nobody_is_found_in_old_records_is_no_plain_no(referrals: Referrals, reference: str) -> None:
    as_of = await referrals.is_stale()
    told = await found(referrals, reference, **{**BY_NAME, "given_name": "Nobody"})
    assert (told["candidates"], told["current"]) == ([], False)
    assert datetime.fromisoformat(told["as_of"]) == as_of


@pytest.mark.parametrize(
    "sought",
    [{}, {"upn": "A801200005001"}, {"upn": "x"}, {"given_name": "Mira", "family_name": "O'Quillane"}, {"born": "2014"}],
)
async def test_half_a_question_is_not_asked(referrals: Referrals, reference: str, sought: dict[str, str]) -> None:
    response = await referrals.web.post(f"/referrals/{reference}/candidates", sought, OFFICER)
    assert response.status_code == 422
    assert await referrals.facts() == []


async def test_every_look_is_recorded_with_the_children_that_were_shown_and_without_a_name(
    referrals: Referrals, reference: str
) -> None:
    await found(referrals, reference, **BY_NAME)
    await found(referrals, reference, upn="L850200023001")
    [some, none] = await referrals.facts()
    assert {some["type"], none["type"]} == {"CandidatesShown"}
    assert (set(some["children"]), none["children"]) == ({MIRAS, TWINS}, [])
    assert "Mira" not in str(some)


async def test_the_child_that_is_linked_is_the_referrals_for_every_reader(referrals: Referrals, reference: str) -> None:
    await referrals.keep(NORTH, ROWAN)
    await referrals.change(allocations=(allocated(),))
    assert (await referrals.opened(reference))["child"] is None
    assert (await link(referrals, reference, MIRAS)).status_code == 200
    told = await referrals.opened(reference)
    assert (told["child"]["given_name"], told["records_current"]) == ("Mira", True)
    assert (await referrals.facts())[-1]["children"] == [MIRAS]
    await route(referrals.clone.db, SETTINGS)
    assert (await handling(referrals)).team_id == NORTH.team_id


async def test_the_queue_shows_whom_the_school_described_and_then_the_child_that_was_found(
    referrals: Referrals, reference: str
) -> None:
    await referrals.keep(NORTH, ROWAN)
    await referrals.change(given_name="Zelda", allocations=(allocated(),))
    [line] = (await referrals.web.get("/queue", OFFICER)).json()["referrals"]
    assert (line["given_name"], line["worker"]) == ("Mira", None)
    await link(referrals, reference, MIRAS)
    [line] = (await referrals.web.get("/queue", OFFICER)).json()["referrals"]
    assert (line["given_name"], line["worker"]) == ("Zelda", "Rowan Achterberg")
    assert (await referrals.facts())[-1]["children"] == [MIRAS]
    body = {"version": 1}
    assert (await referrals.web.post(f"/referrals/{reference}/taking", body, OFFICER)).status_code == 200
    assert (await referrals.facts())[-1]["children"] == [MIRAS]


async def test_it_stands_in_history_and_record_and_can_be_another_one_and_be_taken_back(
    referrals: Referrals, reference: str
) -> None:
    await link(referrals, reference, TWINS)
    await link(referrals, reference, MIRAS, version=1)
    assert (await shown(referrals, reference))["child"]["child_id"] == MIRAS
    await link(referrals, reference, None, version=2)
    assert not (await shown(referrals, reference))["linked"]
    acts = await referrals.clone.rows("SELECT act, by FROM step ORDER BY place")
    assert acts == [{"act": act, "by": OFFICER.account} for act in ("linked", "linked", "unlinked")]
    facts = [fact for fact in await referrals.facts() if fact["type"] == "ReferralLinked"]
    assert [fact["children"] for fact in facts] == [[TWINS], [MIRAS, TWINS], [MIRAS]]
    assert [fact["outcome"] for fact in facts] == ["linked", "linked", "unlinked"]


async def test_a_button_pressed_twice_links_once(referrals: Referrals, reference: str) -> None:
    both = await asyncio.gather(link(referrals, reference, MIRAS), link(referrals, reference, MIRAS))
    assert [response.status_code for response in both] == [200, 200]
    assert await referrals.clone.value("SELECT count(*) FROM step") == len(await referrals.facts()) == 1


async def test_of_two_officers_who_mean_two_children_the_second_is_told(referrals: Referrals, reference: str) -> None:
    both = await asyncio.gather(link(referrals, reference, MIRAS), link(referrals, reference, TWINS))
    assert sorted(response.status_code for response in both) == [200, 409]
    assert await referrals.clone.value("SELECT count(*) FROM step") == 1


async def test_what_the_portal_did_by_itself_meanwhile_costs_no_second_press(
    referrals: Referrals, reference: str
) -> None:
    await referrals.clone.execute("UPDATE handling SET team_id = $1", NORTH.team_id)  # astray: nobody works with it
    await link(referrals, reference, MIRAS)
    await route(referrals.clone.db, SETTINGS)
    assert [row["act"] for row in await referrals.clone.rows("SELECT act FROM step ORDER BY place")][1:] == ["moved"]
    assert (await link(referrals, reference, None, version=1)).status_code == 200
    assert not (await shown(referrals, reference))["linked"]


async def decided(referrals: Referrals) -> None:
    officer = uuid4()
    how = {"decided_by": officer, "decided_at": datetime.now(UTC), "decision": "assessment"}
    await act(referrals, Step("decided", by=officer, decision="assessment"), **how)


async def test_when_it_is_decided_its_child_stays(referrals: Referrals, reference: str) -> None:
    await link(referrals, reference, MIRAS)
    await decided(referrals)
    for other in (TWINS, None):
        response = await link(referrals, reference, other, version=2)
        assert (response.status_code, response.json()["detail"]) == (409, "already_decided")
    assert (await shown(referrals, reference))["child"]["child_id"] == MIRAS


@pytest.mark.parametrize(
    ("child_id", "version", "why"),
    [(str(uuid4()), 0, "no_such_child"), (TWINS, 7, "changed_meanwhile")],
    ids=["none", "old"],
)
async def test_what_cannot_be_linked_is_refused_and_recorded(
    referrals: Referrals, reference: str, child_id: str, version: int, why: str
) -> None:
    response = await link(referrals, reference, child_id, version)
    assert (response.status_code, response.json()["detail"]) == (409, why)
    [fact] = await referrals.facts()
    assert (fact["type"], fact["outcome"], fact["reference"]) == ("LinkRefused", why, reference)


async def test_a_child_whom_the_school_named_is_never_changed(referrals: Referrals) -> None:
    told = await referrals.made()
    response = await link(referrals, told["reference"], TWINS)
    assert (response.status_code, response.json()["detail"]) == (409, "not_described")


async def test_a_reference_that_there_is_not_is_recorded(referrals: Referrals) -> None:
    for ask in (shown(referrals, "222-222-P"), link(referrals, "222-222-P", MIRAS)):
        await ask
    assert [fact["outcome"] for fact in await referrals.facts()] == ["not_found", "not_found"]
    assert (await link(referrals, "222-222-P", MIRAS)).json()["type"] == "/problems/referral-not-found"


@pytest.mark.parametrize("role", ["lead", "headteacher", "data_protection_officer"])
async def test_it_is_for_triage_officers_only(referrals: Referrals, reference: str, role: Role) -> None:
    who = caller(role)
    asks = [
        referrals.web.get(f"/referrals/{reference}/link", who),
        referrals.web.get("/referrals/mistyped/link", who),
        referrals.web.post(f"/referrals/{reference}/candidates", BY_NAME, who),
        referrals.web.post(f"/referrals/{reference}/link", {"version": 0, "child_id": MIRAS}, who),
    ]
    assert {(await ask).status_code for ask in asks} == {403}
