"""Changed since you looked: told of those children alone of whom a search would tell, recorded, and agreed on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.lookup.following import commands
from services.lookup.settings import Settings
from shared.contracts.feed import Child
from shared.web.tokens import Caller
from tests.lookup.agreed import agree, hear
from tests.lookup.world import (
    FORMER_UPN,
    OTHER_SCHOOL,
    TEAM,
    UPN,
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

CHILD = UUID("0198e0a0-0000-7000-8000-00000000c41d")
ANOTHER = worker("Sasha Vane")
MINE = {"child_id": CHILD}
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


@pytest.fixture
async def looked(lookup: Lookup) -> Lookup:
    """The school's agreement has the option; a lead has searched for a child with a worker, and was shown both."""
    await agree(lookup, "changed_since")
    await lookup.keep(TEAM, WORKER, ANOTHER, with_worker(**MINE))
    await look(lookup)
    return lookup


async def look(lookup: Lookup, **asked: Any) -> None:
    assert (await lookup.search(**asked))["outcome"] in ("found", "no_open_case")
    await hear(lookup, "looks")


async def changes(lookup: Lookup, untold: bool = False, who: Caller | None = None) -> dict[str, Any]:
    response = await lookup.web.post("/changes", {"untold": untold}, who or lookup.who)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def told(lookup: Lookup, untold: bool = False, who: Caller | None = None) -> list[str]:
    """What is told of each child, the longest seen first."""
    return [one["change"] for one in (await changes(lookup, untold, who))["changes"]]


def moved(revision: int = 2, **said: Any) -> Child:
    """The same child, with another worker unless something else is said."""
    return with_worker(**MINE, **{"revision": revision, "allocations": (allocated(ANOTHER),), **said})


async def test_nothing_is_told_while_nothing_has_changed(looked: Lookup) -> None:
    await looked.keep(with_worker(**MINE, revision=2, given_name="Mirabel"))
    assert await told(looked) == []


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ({}, "other_workers"),
        ({"allocations": (allocated(), allocated(ANOTHER, lead=False))}, "other_workers"),
        ({"allocations": ()}, "no_worker"),
        ({"allocations": (allocated(ends=YESTERDAY),)}, "no_worker"),
        ({"cases": (case(ends=YESTERDAY),)}, "no_worker"),
    ],
)
async def test_a_child_with_another_worker_or_none_is_told_of(looked: Lookup, now: dict[str, Any], change: str) -> None:
    await looked.keep(moved(**now))
    [one] = (await changes(looked))["changes"]
    assert (one["child_id"], one["given_name"], one["change"]) == (str(CHILD), "Mira", change)
    assert not {"workers", "name", "phone"} & set(one)


async def test_a_worker_where_there_was_none_is_told_of(lookup: Lookup) -> None:
    await agree(lookup, "changed_since")
    await lookup.keep(TEAM, WORKER, child(**MINE))
    await look(lookup)
    await lookup.keep(with_worker(**MINE, revision=2))
    assert await told(lookup) == ["first_worker"]


async def test_the_fact_names_the_children_of_whom_anything_was_told(looked: Lookup) -> None:
    await looked.keep(moved())
    answer = await changes(looked)
    fact = (await looked.facts())[-1]
    assert (fact["reading_id"], fact["outcome"], fact["children"]) == (answer["reading_id"], "shown", [str(CHILD)])
    assert (fact["actor"], fact["role"], fact["school"]) == (str(looked.who.account), "lead", SCHOOL)
    [shown] = fact["shown"]
    assert {name: shown[name] for name in ("given_name", "family_name", "born", "change")} == {
        "given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03", "change": "other_workers",
    }  # fmt: skip
    assert datetime.fromisoformat(fact["as_of"]) == datetime.fromisoformat(answer["as_of"])


async def test_without_its_record_nothing_is_told(looked: Lookup) -> None:
    await looked.keep(moved())
    await looked.clone.execute("REVOKE INSERT ON outbox FROM portal_service")
    response = await looked.web.post("/changes", {"untold": False}, looked.who)
    assert (response.status_code, "Mira" in response.text) == (503, False)


async def test_that_nothing_was_told_is_a_fact_too(looked: Lookup) -> None:
    await told(looked)
    fact = (await looked.facts())[-1]
    assert (fact["outcome"], fact["children"], fact["shown"]) == ("nothing_changed", [], [])


@pytest.mark.parametrize(
    "now",
    [
        {"restricted": True},
        {"doubtful": ("allocations",)},
        {"doubtful": ("cases",), "cases": ()},
        {"doubtful": ("given_name",)},
        {"allocations": (allocated(worker("Not yet known")),)},
        {"rolls": (on_roll(OTHER_SCHOOL),)},
        {"rolls": (on_roll(ends=YESTERDAY),)},
        {"rolls": (on_roll(starts=date(2099, 1, 1)),)},
        {"ended": True},
    ],
    ids=[
        "restricted", "worker not readable", "case not readable", "name not readable", "worker not known",
        "another school's", "off the roll", "not yet on it", "ended",
    ],
)  # fmt: skip
async def test_of_a_child_whom_no_search_would_answer_plainly_nothing_is_told(
    looked: Lookup, now: dict[str, Any]
) -> None:
    await looked.keep(moved(**now))
    assert await told(looked) == []
    assert (await looked.facts())[-1]["children"] == []


async def test_nothing_is_told_from_records_that_are_not_current_and_it_waits(looked: Lookup) -> None:
    await looked.keep(moved())
    await looked.is_stale()
    answer = await changes(looked, untold=True)
    assert (answer["current"], answer["changes"], answer["as_of"]) == (False, [], None)
    assert (await looked.facts())[-1]["outcome"] == "not_current"
    await looked.is_fresh()
    assert await told(looked, untold=True) == ["other_workers"]


async def test_nothing_is_told_while_the_source_is_broken(looked: Lookup) -> None:
    await looked.keep(moved())
    await looked.clone.execute("UPDATE freshness SET broken = true")
    assert (await changes(looked))["current"] is False


async def test_what_was_told_is_not_told_again_at_the_next_sign_in_but_stays_on_the_page(looked: Lookup) -> None:
    await looked.keep(moved())
    assert [await told(looked, untold=True) for _ in range(2)] == [["other_workers"], []]
    assert await told(looked) == ["other_workers"]
    await looked.keep(moved(3, allocations=()))
    assert await told(looked, untold=True) == ["no_worker"]
    await looked.keep(with_worker(**MINE, revision=4))
    assert await told(looked, untold=True) == ["as_before"]


async def test_a_new_search_shows_what_is_so_now_and_nothing_more_is_told(looked: Lookup) -> None:
    await looked.keep(moved())
    await told(looked)
    await look(looked)
    assert await told(looked) == []


async def test_each_is_told_of_what_they_themselves_saw_at_that_school(looked: Lookup) -> None:
    await looked.keep(moved(rolls=(on_roll(), on_roll(OTHER_SCHOOL))))
    await agree(looked, "changed_since", urn=OTHER_SCHOOL)
    assert await told(looked, who=caller("lead")) == []
    assert await told(looked, who=caller("lead", OTHER_SCHOOL, account=looked.who.account)) == []
    assert await told(looked) == ["other_workers"]


async def test_a_search_that_showed_nothing_is_not_followed(lookup: Lookup) -> None:
    await agree(lookup, "changed_since")
    await lookup.keep(TEAM, WORKER, with_worker(**MINE, restricted=True))
    await lookup.search(upn=UPN)
    await lookup.search(upn=FORMER_UPN)
    await hear(lookup, "looks")
    assert await lookup.clone.value("SELECT count(*) FROM looked") == 0


async def test_a_search_is_noted_once_however_often_and_late_its_fact_comes(looked: Lookup) -> None:
    await looked.keep(moved())
    await look(looked)
    await hear(looked, "looks", times=2)
    await looked.clone.execute("DELETE FROM inbox")
    await hear(looked, "looks", most=1)  # the first search's, after that of the second
    assert await told(looked) == []
    assert await looked.clone.value("SELECT count(*) FROM looked") == 1


@pytest.mark.parametrize(
    "said",
    [{"options": ()}, {"options": ("roll_list",)}, {"status": "suspended"}, {"agreement": "b" * 64}],
    ids=["off", "another option", "suspended", "another agreement"],
)
async def test_where_it_is_not_agreed_nothing_is_told_kept_or_noted_and_the_asking_is_recorded(
    looked: Lookup, said: dict[str, Any]
) -> None:
    await looked.keep(moved())
    await agree(looked, "changed_since", **{"revision": 2, **said})
    response = await looked.web.post("/changes", {}, looked.who)
    assert response.status_code == 403
    if "agreement" not in said and "status" not in said:  # else the access itself has ended
        assert (await looked.facts())[-1]["outcome"] == "not_agreed"
        await commands.forget(looked.clone.db, Settings())
        assert await looked.clone.value("SELECT count(*) FROM looked") == 0
        await look(looked)
        assert await looked.clone.value("SELECT count(*) FROM looked") == 0


async def test_it_is_off_where_nothing_is_known_of_the_school_or_only_what_older_code_kept(looked: Lookup) -> None:
    await looked.clone.execute("UPDATE access_school SET revision = revision + 1")
    assert (await looked.web.post("/changes", {}, looked.who)).status_code == 403
    await commands.forget(looked.clone.db, Settings())
    assert await looked.clone.value("SELECT count(*) FROM looked") == 1, "off for now is not known to be off"
    await looked.clone.execute("DELETE FROM access_school")
    assert (await looked.web.post("/changes", {}, looked.who)).status_code == 403


async def test_what_was_seen_long_ago_is_forgotten(looked: Lookup) -> None:
    await commands.forget(looked.clone.db, Settings())
    assert await looked.clone.value("SELECT count(*) FROM looked") == 1
    await looked.clone.execute("UPDATE looked SET looked_at = now() - interval '91 days'")
    await commands.forget(looked.clone.db, Settings())
    assert await looked.clone.value("SELECT count(*) FROM looked") == 0


async def test_more_children_than_one_reading_tells_are_told_by_the_next(
    lookup: Lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "CHANGES_MAX", 2)
    await agree(lookup, "changed_since")
    names = ["Ada", "Bea", "Cy"]
    children = [with_worker(given_name=name, upn=None) for name in names]
    await lookup.keep(TEAM, WORKER, ANOTHER, *children)
    for name in names:
        await look(lookup, given_name=name, family_name="O'Quillane", born="2014-04-03")
    gone = {"revision": 2, "allocations": ()}
    await lookup.keep(*(one.model_copy(update=gone) for one in children))
    first, second = await changes(lookup, untold=True), await changes(lookup, untold=True)
    assert [one["given_name"] for one in first["changes"] + second["changes"]] == names
    assert (first["more"], second["more"]) == (True, False)


async def test_it_is_for_those_who_search(looked: Lookup) -> None:
    for role in ("account_administrator", "triage_officer", "data_protection_officer", "operator"):
        assert (await looked.web.post("/changes", {}, caller(role))).status_code == 403  # type: ignore[arg-type]
    assert await told(looked, who=caller("headteacher")) == []
