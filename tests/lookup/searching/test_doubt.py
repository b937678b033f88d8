"""What the source has and the feed could not read is not taken for absent: `not_current`, recorded as `doubtful`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contracts import State
from shared.contracts.feed import EVER, Child, Freshness
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

DOUBT = {"doubtful": True, "starts": EVER}
"""Of a case: its days could not be read."""
IN_DOUBT = {"restricted": True, "restricted_in_doubt": True}
"""Of a child: called restricted only for readers that do not know `doubtful`."""


def unread(*parts: str, **said: Any) -> Child:
    """A child with a worker, of which these parts could not be read, as the feed emits it."""
    known = {"born": {"born": EVER}, "given_name": {"given_name": ""}, "family_name": {"family_name": ""}}
    known |= {"upn": {"upn": None}, "rolls": {"rolls": ()}, "cases": {"cases": (case().model_copy(update=DOUBT),)}}
    known |= {"allocations": {"allocations": ()}}
    empty = {name: value for part in parts for name, value in known.get(part, {}).items()}
    return with_worker(**{**empty, "doubtful": parts, **said})


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
        (unread("born"), by_name("Mirra")),
        (unread("born"), by_name(family_name="O'Quilane")),
        (unread("given_name"), by_name("Miroslava", born=date(2014, 3, 4))),
        (unread("rolls"), by_name("Mirra")),
        (unread("rolls"), by_name(born=date(2014, 3, 4))),
        (unread("family_name"), by_name(family_name="Quill")),
        (unread("born", "given_name", "family_name"), by_name("Anybody", "Else", date(2015, 5, 5))),
        (child(rolls=(), perhaps_rolls=(on_roll(starts=EVER),)), {"upn": UPN}),
    ],
)  # fmt: skip
async def test_if_the_answer_rests_on_an_unreadable_part_there_is_no_plain_answer(
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
        (unread("family_name"), by_name(born=date(2011, 11, 28))),
        (unread("upn", rolls=(on_roll(OTHER_SCHOOL),)), {"upn": UNKNOWN_UPN}),
        (unread("born", rolls=(on_roll(OTHER_SCHOOL),)), by_name()),
        (unread("born", rolls=(on_roll(OTHER_SCHOOL),)), {"upn": UPN}),
        (child(rolls=(), perhaps_rolls=(on_roll(OTHER_SCHOOL),)), {"upn": UPN}),
        (child(rolls=(), perhaps_rolls=(on_roll(starts=date(2099, 1, 1)),)), {"upn": UPN}),
    ],
)
async def test_an_unreadable_part_of_one_child_leaves_other_children_and_schools_their_plain_answer(
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
async def test_if_the_answer_does_not_rest_on_the_unreadable_part_it_is_given(
    lookup: Lookup, kept: Child, asked: dict[str, Any], outcome: str
) -> None:
    await lookup.keep(TEAM, WORKER, kept)
    assert (await lookup.search(**asked))["outcome"] == outcome


async def test_a_child_that_is_really_restricted_gives_call_team_whatever_is_unreadable(lookup: Lookup) -> None:
    await lookup.keep(unread("born", restricted=True))
    assert (await lookup.search(upn=UPN))["outcome"] == "call_team"


async def test_mended_in_the_source_the_child_is_found_again(lookup: Lookup) -> None:
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
async def test_by_name_nobody_is_shown_if_another_child_may_have_the_same_name(lookup: Lookup, namesake: Child) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(), namesake)
    answer = await lookup.search(**by_name())
    assert (answer["outcome"], answer["child"], answer["workers"]) == ("not_current", None, [])
    assert [fact["doubtful"] for fact in await lookup.facts()] == [True]


@pytest.mark.parametrize("namesake", NAMESAKES, ids=["born", "given name", "any school", "perhaps here"])
async def test_by_upn_a_child_is_found_whoever_may_have_the_same_name(lookup: Lookup, namesake: Child) -> None:
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
async def test_a_child_that_cannot_have_the_same_name_does_not_hinder_the_answer(lookup: Lookup, other: Child) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(), other)
    assert (await lookup.search(**by_name()))["outcome"] == "found"


async def test_a_second_unreadable_roll_of_the_same_child_does_not_hinder_the_answer(lookup: Lookup) -> None:
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
async def test_a_worker_with_an_unreadable_part_is_still_shown(
    lookup: Lookup, said: dict[str, Any], role: str, callable: bool
) -> None:
    rowan = worker("Rowan", **said)
    await lookup.keep(TEAM, rowan, with_worker(allocations=(allocated(rowan),)))
    answer = await lookup.search()
    [seen] = answer["workers"]
    assert (answer["outcome"], seen["name"], seen["role"], seen["callable"]) == ("found", "Rowan", role, callable)
    assert (seen["duty_phone"] is None) == callable


async def test_a_worker_without_a_readable_name_gives_no_plain_answer(lookup: Lookup) -> None:
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
async def test_while_the_source_lacks_a_column_there_is_no_plain_answer_however_fresh(
    lookup: Lookup, kept: list[State]
) -> None:
    await lookup.keep(TEAM, WORKER, *kept)
    await lookup.keep(Freshness(revision=2, as_of=datetime.now(UTC), broken=("allocation.ends",)))
    answer = await lookup.search()
    assert (answer["outcome"], answer["as_of"]) == ("not_current", None)
    await lookup.keep(Freshness(revision=3, as_of=datetime.now(UTC)))
    assert (await lookup.search())["outcome"] == ("found" if kept else "not_on_roll")


async def test_a_child_whose_school_is_unreadable_gives_no_school_a_plain_answer(lookup: Lookup) -> None:
    await lookup.keep(unread("rolls"))
    for school in (SCHOOL, OTHER_SCHOOL):
        assert (await lookup.search(caller("lead", school), upn=UPN))["outcome"] == "not_current"


@pytest.mark.parametrize("typed", ["-", "'", "."])
async def test_a_name_made_of_signs_alone_can_be_asked_for(lookup: Lookup, typed: str) -> None:
    await lookup.keep(child(given_name="-"))
    assert (await lookup.search(**by_name(typed)))["outcome"] == "no_open_case"
