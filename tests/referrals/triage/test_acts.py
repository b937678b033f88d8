"""What triage officers do with a referral: each act, who may, what is recorded, and what a second officer is told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Step
from shared.contracts.identity import RoleHeld
from shared.contracts.referrals.answers import Act
from tests.referrals.triage.desk import PATHS, SAID, Officer, officer
from tests.referrals.world import MIRA, Referrals
from tests.support.web import SCHOOL, caller

REASON = SAID["decide"]["for_council"]
QUESTION = SAID["ask"]["question"]
FACTS = {
    "take": ("ReferralTaken", "taken"),
    "acknowledge": ("ReferralAcknowledged", "acknowledged"),
    "reassign": ("ReferralReassigned", "reassigned"),
    "ask": ("SchoolAsked", "asked"),
    "decide": ("ReferralDecided", "decided"),
}


@pytest.fixture
async def iris(referrals: Referrals) -> Officer:
    return await officer(referrals)


@pytest.fixture
async def tom(referrals: Referrals) -> Officer:
    return await officer(referrals, "Tom Okonjo")


@pytest.fixture
async def reference(referrals: Referrals) -> str:
    made: str = (await referrals.made())["reference"]
    return made


def acts(stands: dict[str, Any]) -> list[str]:
    return [step["act"] for step in stands["steps"]]


async def last_fact(referrals: Referrals) -> dict[str, Any]:
    """Of an act: readings are facts too."""
    return [fact for fact in await referrals.facts() if fact["type"] not in ("ReferralRead", "QueueRead")][-1]


async def test_a_referral_that_nobody_touched_is_sent_and_the_front_doors(iris: Officer, reference: str) -> None:
    stands = await iris.stands(reference)
    assert (stands["standing"], stands["version"], stands["steps"]) == ("sent", 0, [])
    assert (stands["team_id"], stands["taken_by"], stands["decision"]) == (None, None, None)


async def test_the_whole_way_to_a_decision_is_its_history_in_order(iris: Officer, tom: Officer, reference: str) -> None:
    await iris.did("acknowledge", reference)
    await iris.did("take", reference)
    await iris.did("give_back", reference)
    await tom.did("reassign", reference, to=iris.id)
    await iris.did("ask", reference)
    await iris.did("decide", reference, decision="signposted", for_school="Ask the family hub.")
    stands = await tom.stands(reference)
    assert acts(stands) == ["acknowledged", "taken", "given_back", "reassigned", "asked", "decided"]
    assert [step["by_name"] for step in stands["steps"]] == [
        iris.name,
        iris.name,
        iris.name,
        tom.name,
        *[iris.name] * 2,
    ]
    assert stands["steps"][3]["to_name"] == iris.name
    assert stands["steps"][4]["for_school"] == QUESTION
    assert (stands["steps"][5]["for_school"], stands["steps"][5]["for_council"]) == ("Ask the family hub.", REASON)
    assert (stands["standing"], stands["decision"], stands["version"]) == ("decided", "signposted", 6)


@pytest.mark.parametrize("wanted", FACTS)
async def test_each_act_is_a_fact_without_a_word_that_was_written(
    referrals: Referrals, iris: Officer, reference: str, wanted: str
) -> None:
    said = {"to": iris.id} if wanted == "reassign" else {}
    await iris.did(wanted, reference, **said)
    fact = await last_fact(referrals)
    assert (fact["type"], fact["outcome"]) == FACTS[wanted]
    assert (fact["actor"], fact["role"], fact["children"]) == (iris.id, "triage_officer", [str(MIRA.child_id)])
    assert (fact["reference"], fact["referral_id"]) == (reference, (await referrals.opened(reference))["referral_id"])
    assert not any(words in str(fact) for words in (QUESTION, REASON))


async def test_giving_back_is_a_fact(referrals: Referrals, iris: Officer, reference: str) -> None:
    await iris.did("take", reference)
    await iris.did("give_back", reference)
    fact = await last_fact(referrals)
    assert (fact["type"], fact["outcome"]) == ("ReferralGivenBack", "given_back")


@pytest.mark.parametrize("wanted", ["ask", "decide"])
async def test_who_asks_or_decides_has_read_it_so_it_is_acknowledged_and_theirs(
    iris: Officer, reference: str, wanted: str
) -> None:
    await iris.did(wanted, reference)
    stands = await iris.stands(reference)
    assert stands["taken_by"] == iris.id
    assert stands["acknowledged_at"] is not None


async def test_what_is_decided_owes_no_answer_any_more(referrals: Referrals, iris: Officer, reference: str) -> None:
    await iris.did("ask", reference)
    await iris.did("decide", reference)
    assert await referrals.clone.value("SELECT asked_at FROM handling") is None


async def test_taking_what_one_has_already_changes_nothing(referrals: Referrals, iris: Officer, reference: str) -> None:
    await iris.did("take", reference)
    await iris.did("take", reference)
    assert acts(await iris.stands(reference)) == ["taken"]
    assert [fact["type"] for fact in await referrals.facts()].count("ReferralTaken") == 1


@pytest.mark.parametrize("wanted", ["acknowledge", "ask", "decide", "take"])
async def test_a_press_that_is_sent_twice_is_done_once(
    referrals: Referrals, iris: Officer, reference: str, wanted: str
) -> None:
    for _ in range(2):
        response = await iris.act(wanted, reference, version=0)
        assert response.status_code == 200, response.text
    assert len((await iris.stands(reference))["steps"]) == 1
    assert [fact["type"] for fact in await referrals.facts()].count(FACTS[wanted][0]) == 1


async def test_the_same_press_with_other_words_is_not_taken_for_the_same(iris: Officer, reference: str) -> None:
    await iris.did("decide", reference, version=0)
    response = await iris.act("decide", reference, version=0, for_council="Other words.")
    assert (response.status_code, response.json()["detail"]) == (409, "already_decided")


async def test_the_second_to_decide_is_told_who_did_what_and_when(
    referrals: Referrals, iris: Officer, tom: Officer, reference: str
) -> None:
    await iris.did("decide", reference, version=0)
    response = await tom.act("decide", reference, version=0, decision="early_help")
    told = response.json()
    assert (response.status_code, told["type"], told["detail"]) == (409, "/problems/act-refused", "already_decided")
    assert (told["standing"], told["version"]) == ("decided", 1)
    decided = (await iris.stands(reference))["steps"][0]
    last = {"act": "decided", "at": decided["at"], "by": iris.id, "by_name": iris.name, "decision": "assessment"}
    assert told["last"] == last
    assert acts(await tom.stands(reference)) == ["decided"]
    fact = await last_fact(referrals)
    assert (fact["type"], fact["outcome"], fact["wanted"]) == ("HandlingRefused", "already_decided", "decide")
    assert fact["children"] == [str(MIRA.child_id)]


@pytest.mark.parametrize("wanted", sorted(PATHS))
async def test_nothing_is_done_on_what_somebody_changed_since_the_page_was_made(
    referrals: Referrals, iris: Officer, tom: Officer, reference: str, wanted: str
) -> None:
    await iris.did("take", reference)
    response = await tom.act(wanted, reference, version=0, **({"to": tom.id} if wanted == "reassign" else {}))
    assert (response.status_code, response.json()["detail"]) == (409, "changed_meanwhile")
    assert response.json()["last"]["by_name"] == iris.name
    assert (await last_fact(referrals))["outcome"] == "changed_meanwhile"
    assert acts(await iris.stands(reference)) == ["taken"]


async def portal(referrals: Referrals, reference: str, act: Act, **changes: Any) -> None:
    """A step of the portal's own."""
    async with referrals.transaction() as tx:
        id_ = await tx.value("SELECT referral_id FROM referral WHERE reference = $1", reference)
        stands = await handling.locked(tx, id_)
        assert stands
        await handling.act(tx, stands, Step(act, None), **changes)


@pytest.mark.parametrize(
    ("wanted", "act", "why"),
    [
        *((wanted, "overdue", None) for wanted in FACTS),
        *((wanted, "moved", None) for wanted in ("take", "acknowledge", "reassign")),
        *((wanted, "moved", "changed_meanwhile") for wanted in ("ask", "decide")),
        *((wanted, "linked", "changed_meanwhile") for wanted in FACTS),
    ],
)
async def test_what_the_portal_does_by_itself_costs_no_second_press_unless_it_matters(
    referrals: Referrals, iris: Officer, reference: str, wanted: str, act: Act, why: str | None
) -> None:
    await portal(referrals, reference, act)
    response = await iris.act(wanted, reference, 0, **({"to": iris.id} if wanted == "reassign" else {}))
    assert (response.status_code, response.json().get("detail")) == (409 if why else 200, why)


async def test_who_has_it_is_told_though_the_portal_did_something_since(
    referrals: Referrals, iris: Officer, tom: Officer, reference: str
) -> None:
    await tom.did("take", reference)
    await portal(referrals, reference, "overdue")
    for version in (0, 1, 2):
        response = await iris.act("decide", reference, version)
        assert (response.status_code, response.json()["last"]["by_name"]) == (409, tom.name)


@pytest.mark.parametrize("wanted", ["take", "give_back", "ask", "decide"])
async def test_what_another_officer_has_is_theirs(iris: Officer, tom: Officer, reference: str, wanted: str) -> None:
    await iris.did("take", reference)
    response = await tom.act(wanted, reference)
    assert (response.status_code, response.json()["detail"]) == (409, "held_by_another")
    assert response.json()["last"]["by_name"] == iris.name


async def test_nobodys_absence_holds_a_referral_up(iris: Officer, tom: Officer, reference: str) -> None:
    await iris.did("take", reference)
    await tom.did("acknowledge", reference)
    await tom.did("reassign", reference, to=tom.id)
    await tom.did("decide", reference)
    assert (await tom.stands(reference))["decision"] == "assessment"


async def test_what_nobody_has_cannot_be_given_back_and_what_is_acknowledged_not_again(
    iris: Officer, reference: str
) -> None:
    assert (await iris.act("give_back", reference)).json()["detail"] == "not_held"
    await iris.did("acknowledge", reference)
    assert (await iris.act("acknowledge", reference)).json()["detail"] == "already_received"


async def test_a_referral_is_given_to_officers_only(referrals: Referrals, iris: Officer, reference: str) -> None:
    lead = await Officer(referrals, "Aisha Khan").starts(RoleHeld(role="lead", school=SCHOOL))
    gone = await Officer(referrals, "Piet Harrow").starts(disabled_at="2026-01-01T00:00:00Z")
    for to in (lead.id, gone.id, str(uuid4())):
        response = await iris.act("reassign", reference, to=to)
        assert (response.status_code, response.json()["detail"]) == (422, "not_an_officer")
    assert (await iris.stands(reference))["taken_by"] is None
    told = (await referrals.web.get("/officers", iris.who)).json()
    assert told == {"officers": [{"account_id": iris.id, "name": iris.name}]}


@pytest.mark.parametrize(
    ("wanted", "said", "where"),
    [
        ("ask", {"question": " \u200b\u00ad "}, "/question"),
        ("ask", {"question": "\U0001f9e1" * 2001}, "/question"),
        ("decide", {"for_council": "\u2800"}, "/for_council"),
        ("decide", {"decision": "no_further_action", "for_school": "\u200b"}, "/for_school"),
        ("decide", {"decision": "signposted"}, "/for_school"),
        ("decide", {"for_school": "x" * 2001}, "/for_school"),
        ("decide", {"for_council": "\u0950" * 4001}, "/for_council"),
        ("decide", {"decision": "closed"}, "/decision"),
        ("take", {"version": -1}, "/version"),
    ],
)
async def test_what_is_missing_or_too_long_is_told_and_nothing_is_done(
    iris: Officer, reference: str, wanted: str, said: dict[str, Any], where: str
) -> None:
    response = await iris.act(wanted, reference, **{"version": 0, **said})
    assert (response.status_code, [each["where"] for each in response.json()["errors"]]) == (422, [where])
    assert (await iris.stands(reference))["steps"] == []


@pytest.mark.parametrize("letter", ["x", "\u00e9", "\u0950", "\U0001f9e1"])
async def test_words_of_full_length_are_kept_whole(iris: Officer, reference: str, letter: str) -> None:
    await iris.did("ask", reference, question=letter * 2000)
    await iris.did("decide", reference, for_school=letter * 2000, for_council=letter * 4000)
    asked, decided = (await iris.stands(reference))["steps"]
    assert asked["for_school"] == decided["for_school"] == letter * 2000
    assert decided["for_council"] == letter * 4000


@pytest.mark.parametrize("wanted", sorted(PATHS))
async def test_no_other_role_may_and_an_unknown_reference_is_recorded(
    referrals: Referrals, iris: Officer, reference: str, wanted: str
) -> None:
    body = {**SAID.get(wanted, {}), "version": 0, **({"to": iris.id} if wanted == "reassign" else {})}
    for role in ("lead", "headteacher", "account_administrator", "data_protection_officer", "operator"):
        response = await referrals.web.post(f"/referrals/{reference}/{PATHS[wanted]}", body, caller(role))
        assert response.status_code == 403
    missing = await referrals.web.post(f"/referrals/222-222-P/{PATHS[wanted]}", body, iris.who)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/referral-not-found")
    fact = await last_fact(referrals)
    assert (fact["type"], fact["outcome"], fact["reference"]) == ("HandlingRefused", "not_found", "222-222-P")


async def test_a_school_reads_nothing_of_how_it_is_handled(referrals: Referrals, iris: Officer, reference: str) -> None:
    await iris.did("decide", reference)
    response = await referrals.read(reference)
    assert response.json()["handling"] is None
    assert REASON not in response.text
