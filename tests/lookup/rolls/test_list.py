"""The roll's children with an allocated worker: agreed, recorded child by child, and nobody of whom it is not sure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.lookup.rolls import domain
from shared.contracts import BODY_MAX_BYTES
from shared.contracts.feed import Child
from shared.contracts.lookup import ListedChild, RollListed
from shared.web.tokens import Caller
from tests.lookup.agreed import agree
from tests.lookup.world import (
    OTHER_SCHOOL,
    TEAM,
    WORKER,
    Lookup,
    allocated,
    case,
    child,
    on_roll,
    with_worker,
    worker,
)
from tests.support.web import SCHOOL, caller

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
ASKED = {"purpose": "planning"}


@pytest.fixture
async def agreed(lookup: Lookup) -> Lookup:
    """The school's agreement has the option, and there is a worker."""
    await agree(lookup, "roll_list")
    await lookup.keep(TEAM, WORKER)
    return lookup


def named(given_name: str, family_name: str, **said: Any) -> Child:
    return with_worker(given_name=given_name, family_name=family_name, upn=None, **said)


async def page(lookup: Lookup, after: str = "", who: Caller | None = None) -> dict[str, Any]:
    response = await lookup.web.post("/roll-lists", {**ASKED, "after": after}, who or lookup.who)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def listed(lookup: Lookup, who: Caller | None = None) -> list[str]:
    return [one["given_name"] for one in (await page(lookup, who=who))["children"]]


async def facts_of(lookup: Lookup) -> Sequence[dict[str, Any]]:
    return [fact for fact in await lookup.facts() if "continued" in fact]


async def test_the_children_with_a_worker_are_listed_by_name_however_it_is_spelled(agreed: Lookup) -> None:
    await agreed.keep(
        named("Zoë", "Ábel"), named("Ann", "abel"), named("Bo", "Cole"), child(given_name="None", upn=None),
        named("Far", "Away", rolls=(on_roll(OTHER_SCHOOL),)),
    )  # fmt: skip
    assert await listed(agreed) == ["Ann", "Zoë", "Bo"]


async def test_what_is_shown_of_a_child_is_who_it_is_and_no_more(agreed: Lookup) -> None:
    await agreed.keep(named("Ann", "Abel"))
    [one] = (await page(agreed))["children"]
    assert set(one) == {"child_id", "given_name", "family_name", "born"}


@pytest.mark.parametrize(
    "said",
    [
        {"restricted": True},
        {"doubtful": ("allocations",)},
        {"doubtful": ("family_name",)},
        {"doubtful": ("born",)},
        {"allocations": (allocated(), allocated(worker("Not yet known")))},
        {"allocations": (allocated(ends=YESTERDAY),)},
        {"allocations": (allocated(starts=date(2099, 1, 1)),)},
        {"cases": (case(ends=YESTERDAY),)},
        {"rolls": (on_roll(OTHER_SCHOOL),)},
        {"rolls": (on_roll(ends=YESTERDAY),)},
        {"rolls": (on_roll(starts=date(2099, 1, 1)),)},
        {"rolls": (), "perhaps_rolls": (on_roll(),)},
        {"ended": True},
    ],
    ids=[
        "restricted", "workers not readable", "name not readable", "birth date not readable", "a worker not known",
        "worker gone", "worker to come", "case closed", "another school's", "off the roll", "not yet on it",
        "perhaps on it", "ended",
    ],
)  # fmt: skip
async def test_no_other_child_is_listed_or_recorded_as_listed(agreed: Lookup, said: dict[str, Any]) -> None:
    await agreed.keep(named("Ann", "Abel"), named("Other", "Child", **said))
    assert await listed(agreed) == ["Ann"]
    [fact] = await facts_of(agreed)
    assert (len(fact["children"]), len(fact["shown"])) == (1, 1)


async def test_a_child_with_a_worker_and_no_case_is_listed_as_a_search_finds_it(agreed: Lookup) -> None:
    await agreed.keep(named("Ann", "Abel", cases=()))
    assert await listed(agreed) == ["Ann"]


async def test_every_child_that_a_page_names_is_in_its_fact_and_the_facts_together_are_the_list(
    agreed: Lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "PAGE", 3)
    children = [named(f"Child {n}", "Same") for n in range(7)]
    await agreed.keep(*children)
    pages, after = [], ""
    while not pages or after:
        pages.append(await page(agreed, after))
        after = pages[-1]["next"] or ""
    assert [len(one["children"]) for one in pages] == [3, 3, 1]
    shown = [[one["child_id"] for one in each["children"]] for each in pages]
    facts = await facts_of(agreed)
    assert [fact["children"] for fact in facts] == shown
    assert [[one["child_id"] for one in fact["shown"]] for fact in facts] == shown
    assert sorted(one for each in shown for one in each) == sorted(str(one.child_id) for one in children)
    assert [fact["continued"] for fact in facts] == [False, True, True]
    assert [fact["reading_id"] for fact in facts] == [one["reading_id"] for one in pages]


async def test_a_full_last_page_leads_nowhere(agreed: Lookup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "PAGE", 2)
    await agreed.keep(named("Ann", "Abel"), named("Bo", "Cole"))
    assert (await page(agreed))["next"] is None


async def test_who_left_between_two_pages_moves_nobody_out_of_the_list(
    agreed: Lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "PAGE", 2)
    ann, bo, cy = named("Ann", "Abel"), named("Bo", "Cole"), named("Cy", "Dean")
    await agreed.keep(ann, bo, cy)
    first = await page(agreed)
    await agreed.keep(*(one.model_copy(update={"revision": 2, "allocations": ()}) for one in (ann, bo)))
    assert [one["given_name"] for one in (await page(agreed, first["next"]))["children"]] == ["Cy"]


async def test_the_fact_says_who_asked_and_why(agreed: Lookup) -> None:
    await agreed.keep(named("Ann", "Abel"))
    body = {"purpose": "other", "reason": "A meeting of all heads of year"}
    assert (await agreed.web.post("/roll-lists", body, agreed.who)).status_code == 200
    [fact] = await facts_of(agreed)
    assert (fact["actor"], fact["role"], fact["school"]) == (str(agreed.who.account), "lead", SCHOOL)
    assert (fact["purpose"], fact["reason"], fact["outcome"]) == ("other", body["reason"], "shown")
    assert fact["agreement"] == agreed.who.agreement


@pytest.mark.parametrize("body", [{}, {"purpose": "fun"}, {"purpose": "other"}, {"purpose": "other", "reason": " "}])
async def test_without_a_purpose_it_is_not_asked(agreed: Lookup, body: dict[str, str]) -> None:
    assert (await agreed.web.post("/roll-lists", body, agreed.who)).status_code == 422
    assert await agreed.facts() == []


async def test_nothing_is_listed_from_records_that_are_not_current(agreed: Lookup) -> None:
    await agreed.keep(named("Ann", "Abel"))
    await agreed.is_stale()
    answer = await page(agreed)
    assert (answer["current"], answer["children"], answer["as_of"]) == (False, [], None)
    await agreed.is_fresh()
    await agreed.clone.execute("UPDATE freshness SET broken = true")
    assert (await page(agreed))["current"] is False
    await agreed.of_several((65, 60), (5, 60))
    assert (await page(agreed))["current"] is False
    await agreed.clone.execute("DELETE FROM freshness")
    assert (await page(agreed))["current"] is False
    assert [(fact["outcome"], fact["children"]) for fact in await facts_of(agreed)] == [("not_current", [])] * 4


async def test_an_empty_list_is_a_fact_too(agreed: Lookup) -> None:
    assert await listed(agreed) == []
    assert [fact["outcome"] for fact in await facts_of(agreed)] == ["none_listed"]


async def test_without_its_record_nothing_is_listed(agreed: Lookup) -> None:
    await agreed.keep(named("Ann", "Abel"))
    await agreed.clone.execute("REVOKE INSERT ON outbox FROM portal_service")
    response = await agreed.web.post("/roll-lists", ASKED, agreed.who)
    assert (response.status_code, "Abel" in response.text) == (503, False)


@pytest.mark.parametrize("options", [(), ("changed_since", "team_told")], ids=["no option", "others"])
async def test_where_it_is_not_agreed_nothing_is_listed_and_the_asking_is_recorded(
    agreed: Lookup, options: tuple[Any, ...]
) -> None:
    await agreed.keep(named("Ann", "Abel"))
    await agree(agreed, *options, revision=2)
    response = await agreed.web.post("/roll-lists", ASKED, agreed.who)
    assert (response.status_code, "Abel" in response.text) == (403, False)
    assert response.json()["type"].endswith("/not-agreed")
    [fact] = await facts_of(agreed)
    assert (fact["outcome"], fact["children"], fact["purpose"]) == ("not_agreed", [], "planning")


async def test_it_is_for_those_who_search_and_of_their_own_school(agreed: Lookup) -> None:
    await agreed.keep(named("Ann", "Abel"))
    for role in ("account_administrator", "triage_officer", "data_protection_officer", "operator"):
        assert (await agreed.web.post("/roll-lists", ASKED, caller(role))).status_code == 403  # type: ignore[arg-type]
    await agree(agreed, "roll_list", urn=OTHER_SCHOOL)
    assert await listed(agreed, who=caller("headteacher", OTHER_SCHOOL)) == []
    assert await listed(agreed, who=caller("headteacher")) == ["Ann"]


def test_a_fact_of_a_full_page_is_no_larger_than_an_event_may_be() -> None:
    longest = "\N{MATHEMATICAL BOLD CAPITAL A}" * 300
    shown = tuple(
        ListedChild(child_id=uuid4(), given_name=longest, family_name=longest, born=date(2014, 1, 1))
        for _ in range(domain.PAGE)
    )
    fact = RollListed(
        actor=uuid4(), outcome="shown", reading_id=uuid4(), children=tuple(one.child_id for one in shown), shown=shown
    )
    assert len(fact.model_dump_json().encode()) < BODY_MAX_BYTES
