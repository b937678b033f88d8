"""What the source has and nobody could read is not taken for absent: the telephone route, and its record says so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contracts import State
from shared.contracts.feed import EVER, Child, Freshness, Team, Worker
from tests.lookup.world import (
    FORMER_UPN,
    OTHER_SCHOOL,
    TEAM,
    UNKNOWN_UPN,
    UPN,
    WORKER,
    Lookup,
    allocated,
    by_name,
    case,
    child,
    on_roll,
    with_worker,
    worker,
)
from tests.support.web import SCHOOL, caller


def unread(*parts: str, **said: Any) -> Child:
    """A child with a worker of whom these parts could not be read, as the feed says it."""
    known = {"born": {"born": EVER}, "given_name": {"given_name": ""}, "family_name": {"family_name": ""}}
    known |= {"upn": {"upn": None}, "rolls": {"rolls": ()}, "cases": {"cases": (case().model_copy(update=DOUBT),)}}
    known |= {"allocations": {"allocations": ()}}
    empty = {name: value for part in parts for name, value in known.get(part, {}).items()}
    return with_worker(**{**empty, "doubtful": parts, **said})


DOUBT = {"doubtful": True, "starts": EVER}
IN_DOUBT = {"restricted": True, "restricted_in_doubt": True}


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        (unread("born", **IN_DOUBT), {"upn": UPN}),
        (unread("given_name", **IN_DOUBT), {"upn": UPN}),
        (unread("family_name", **IN_DOUBT), {"upn": UPN}),
        (unread("allocations", **IN_DOUBT), {"upn": UPN}),
        (unread("cases", allocations=(), **IN_DOUBT), {"upn": UPN}),
        (unread("rolls"), {"upn": UPN}),
        (unread("rolls"), by_name()),
        (unread("upn"), {"upn": UNKNOWN_UPN}),
        (unread("former_upns"), {"upn": UNKNOWN_UPN}),
        (unread("born"), by_name()),
        (unread("given_name"), by_name("Miroslava")),
        (unread("family_name"), by_name(family_name="Quill")),
        (unread("born", "given_name", "family_name"), by_name("Anybody", "Else", date(2015, 5, 5))),
        (child(rolls=(), perhaps_rolls=(on_roll(starts=EVER),)), {"upn": UPN}),
    ],
)  # fmt: skip
async def test_what_an_answer_would_rest_on_and_could_not_be_read_gives_no_plain_answer(
    lookup: Lookup, kept: Child, asked: dict[str, Any]
) -> None:
    await lookup.keep(TEAM, WORKER, kept)
    answer = await lookup.search(**asked)
    assert (answer["outcome"], answer["as_of"], answer["child"], answer["workers"]) == ("not_current", None, None, [])
    [fact] = await lookup.facts()
    assert (fact["outcome"], fact["doubtful"], fact["as_of"]) == ("not_current", True, None)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        (unread("rolls"), {"upn": UNKNOWN_UPN}),
        (unread("rolls"), by_name("Another")),
        (unread("rolls", "born", "given_name", "family_name"), by_name()),
        (unread("born"), by_name("Another")),
        (unread("family_name"), by_name("Another")),
        (unread("family_name"), by_name(born=date(2014, 3, 4))),
        (unread("upn", rolls=(on_roll(OTHER_SCHOOL),)), {"upn": UNKNOWN_UPN}),
        (unread("born", rolls=(on_roll(OTHER_SCHOOL),)), by_name()),
        (unread("born", rolls=(on_roll(OTHER_SCHOOL),)), {"upn": UPN}),
        (child(rolls=(), perhaps_rolls=(on_roll(OTHER_SCHOOL),)), {"upn": UPN}),
        (child(rolls=(), perhaps_rolls=(on_roll(starts=date(2099, 1, 1)),)), {"upn": UPN}),
    ],
)
async def test_a_doubt_about_one_child_is_no_doubt_about_another_or_at_another_school(
    lookup: Lookup, kept: Child, asked: dict[str, Any]
) -> None:
    await lookup.keep(TEAM, WORKER, kept)
    assert (await lookup.search(**asked))["outcome"] == "not_on_roll"
    assert [fact["doubtful"] for fact in await lookup.facts()] == [False]


@pytest.mark.parametrize(
    ("kept", "asked", "outcome"),
    [
        (unread("upn"), by_name(), "found"),
        (unread("former_upns", former_upns=(FORMER_UPN,)), {"upn": FORMER_UPN}, "found"),
        (unread("rolls", rolls=(on_roll(),)), {"upn": UPN}, "found"),
        (unread("cases", cases=(case(), case().model_copy(update=DOUBT))), {"upn": UPN}, "found"),
        (unread("allocations", cases=(case(ends=date(2021, 1, 1)),)), {"upn": UPN}, "no_open_case"),
    ],
)
async def test_what_the_answer_does_not_rest_on_does_not_hinder_it(
    lookup: Lookup, kept: Child, asked: dict[str, Any], outcome: str
) -> None:
    await lookup.keep(TEAM, WORKER, kept)
    assert (await lookup.search(**asked))["outcome"] == outcome


async def test_a_truly_restricted_child_stays_the_teams_to_speak_of(lookup: Lookup) -> None:
    await lookup.keep(unread("born", restricted=True))
    assert (await lookup.search(upn=UPN))["outcome"] == "call_team"


async def test_mended_it_is_answered_again(lookup: Lookup) -> None:
    before = unread("born", **IN_DOUBT)
    await lookup.keep(TEAM, WORKER, before)
    await lookup.keep(with_worker(child_id=before.child_id, revision=2))
    assert (await lookup.search(**by_name()))["outcome"] == "found"
    assert await lookup.clone.value("SELECT count(*) FROM perhaps") == 0


NAMESAKES = [
    unread("born", upn=None),
    unread("given_name", upn=None),
    unread("rolls", upn=None),
    child(upn=None, rolls=(), perhaps_rolls=(on_roll(),)),
]


@pytest.mark.parametrize("namesake", NAMESAKES, ids=["born", "given name", "any school", "perhaps here"])
async def test_beside_one_who_may_be_a_namesake_nobody_is_shown_alone_by_name(lookup: Lookup, namesake: Child) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(), namesake)
    answer = await lookup.search(**by_name())
    assert (answer["outcome"], answer["child"], answer["workers"]) == ("not_current", None, [])
    assert [fact["doubtful"] for fact in await lookup.facts()] == [True]


@pytest.mark.parametrize("namesake", NAMESAKES, ids=["born", "given name", "any school", "perhaps here"])
async def test_a_upn_is_one_childs_whoever_may_be_a_namesake(lookup: Lookup, namesake: Child) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(), namesake)
    assert (await lookup.search(upn=UPN))["outcome"] == "found"


@pytest.mark.parametrize(
    "other",
    [
        unread("born", upn=None, given_name="Another"),
        unread("born", upn=None, rolls=(on_roll(OTHER_SCHOOL),)),
        unread("born", "given_name", "family_name", upn=None),
    ],
    ids=["another name", "another school", "nobody known"],
)
async def test_one_who_is_no_namesake_does_not_hinder_the_one_who_fits(lookup: Lookup, other: Child) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(), other)
    assert (await lookup.search(**by_name()))["outcome"] == "found"


async def test_a_child_is_not_its_own_namesake(lookup: Lookup) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(perhaps_rolls=(on_roll(starts=EVER),)))
    assert (await lookup.search(**by_name()))["outcome"] == "found"


@pytest.mark.parametrize(
    ("said", "role", "callable"),
    [
        ({"doubtful": ("role",), "role": "support_worker"}, "social_or_support_worker", True),
        ({"doubtful": ("phone",), "phone": None}, "social_worker", False),
        ({"doubtful": ("left_on",)}, "social_worker", False),
        ({"doubtful": ("absent_until",)}, "social_worker", False),
    ],
)
async def test_a_worker_of_whom_a_part_could_not_be_read_is_still_that_worker(
    lookup: Lookup, said: dict[str, Any], role: str, callable: bool
) -> None:
    rowan = worker("Rowan", **said)
    await lookup.keep(TEAM, rowan, with_worker(allocations=(allocated(rowan),)))
    answer = await lookup.search()
    [seen] = answer["workers"]
    assert (answer["outcome"], seen["name"], seen["role"], seen["callable"]) == ("found", "Rowan", role, callable)
    assert (seen["duty_phone"] is None) == callable


async def test_a_worker_without_a_readable_name_is_not_nobody(lookup: Lookup) -> None:
    nameless = worker("", doubtful=("name",))
    await lookup.keep(TEAM, nameless, with_worker(allocations=(allocated(nameless),)))
    assert (await lookup.search())["outcome"] == "not_current"


async def test_a_duty_line_that_could_not_be_read_is_not_given(lookup: Lookup) -> None:
    mute = TEAM.model_copy(update={"duty_phone": "", "doubtful": ("duty_phone",)})
    rowan = worker("Rowan", phone=None)
    await lookup.keep(mute, rowan, with_worker(allocations=(allocated(rowan),)))
    answer = await lookup.search()
    assert (answer["workers"][0]["team"], answer["workers"][0]["duty_phone"], answer["duty"]) == (
        "Northbrook",
        None,
        None,
    )


@pytest.mark.parametrize("kept", [[with_worker()], []], ids=["found", "not_on_roll"])
async def test_while_a_column_of_the_source_is_missing_nothing_is_plain_however_fresh(
    lookup: Lookup, kept: list[State]
) -> None:
    await lookup.keep(TEAM, WORKER, *kept)
    await lookup.keep(Freshness(revision=2, as_of=datetime.now(UTC), broken=("allocation.ends",)))
    answer = await lookup.search()
    assert (answer["outcome"], answer["as_of"]) == ("not_current", None)
    await lookup.keep(Freshness(revision=3, as_of=datetime.now(UTC)))
    assert (await lookup.search())["outcome"] == ("found" if kept else "not_on_roll")


async def test_of_whom_the_school_is_unknown_every_school_is_told_to_telephone(lookup: Lookup) -> None:
    await lookup.keep(unread("rolls"))
    for school in (SCHOOL, OTHER_SCHOOL):
        assert (await lookup.search(caller("lead", school), upn=UPN))["outcome"] == "not_current"


@pytest.mark.parametrize("typed", ["-", "'", "."])
async def test_a_name_of_which_folding_leaves_nothing_can_be_asked_for(lookup: Lookup, typed: str) -> None:
    await lookup.keep(child(given_name="-"))
    assert (await lookup.search(**by_name(typed)))["outcome"] == "no_open_case"


YESTERDAYS = {
    Child: "UPDATE child SET revision = 2, restricted = false, unread = '{}'",
    Worker: "UPDATE worker SET revision = 2, absent_until = NULL",
    Team: "UPDATE team SET revision = 2, hours = ''",
}
"""What yesterday's code does with a newer revision: it knows nothing of what it does not keep."""


@pytest.mark.parametrize("fresh_row", [False, True], ids=["changed", "made"])
@pytest.mark.parametrize("state", [with_worker(doubtful=("cases",), cases=()), WORKER, TEAM])
async def test_what_yesterdays_code_kept_less_of_is_kept_whole_when_it_comes_again(
    lookup: Lookup, state: Child | Worker | Team, fresh_row: bool
) -> None:
    table, newer = type(state).__name__.lower(), state.model_copy(update={"revision": 2})
    kept = f"SELECT to_jsonb(t) FROM {table} t"
    await lookup.keep(newer)
    whole = await lookup.clone.value(kept)
    await lookup.keep(state)
    await lookup.clone.execute(YESTERDAYS[type(state)])
    await lookup.clone.execute(f"UPDATE {table} SET whole_revision = $1", None if fresh_row else 1)
    await lookup.keep(state)  # an older one still changes nothing
    assert await lookup.clone.value(kept) != whole
    await lookup.keep(newer)
    assert await lookup.clone.value(kept) == whole
