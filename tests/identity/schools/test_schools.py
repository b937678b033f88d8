"""Schools admitted, suspended, resumed, their agreement ended or replaced: who may act, and what is emitted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.identity.acting.domain import AT_THE_MACHINE
from services.identity.schools import commands
from services.identity.schools.domain import NoSuchSchool, SchoolRow, version_of
from services.identity.sessions.domain import NobodyActing
from shared.contracts.identity import AgreementEnded, School, SchoolChangeRefused, SchoolResumed, SchoolSuspended
from shared.revisions import next_revision
from tests.identity.world import AGREEMENT, FIRST, LARCHMERE, MOSSGATE, World, settings
from tests.support.web import caller

OPERATOR = caller("operator")
Command = Callable[..., Awaitable[SchoolRow]]


async def do(world: World, command: Command, urn: str = MOSSGATE, by: commands.By = OPERATOR) -> SchoolRow:
    async with world.tx() as tx:
        return await command(tx, by, urn, world.settings)


@pytest.mark.parametrize(
    ("command", "kind", "outcome", "status", "agreement"),
    [
        (commands.suspend_school, SchoolSuspended, "suspended", "suspended", version_of(AGREEMENT)),
        (commands.end_agreement, AgreementEnded, "ended", "live", None),
    ],
)
async def test_a_change_is_one_fact_and_one_state(
    world: World, command: Command, kind: type, outcome: str, status: str, agreement: str | None
) -> None:
    await do(world, command)
    fact, state = await world.emitted()
    assert isinstance(fact, kind)
    assert (fact.urn, fact.actor, fact.role, fact.school, fact.outcome) == (
        MOSSGATE, OPERATOR.account, "operator", MOSSGATE, outcome,
    )  # fmt: skip
    assert isinstance(state, School)
    assert (state.status, state.agreement, state.revision) == (status, agreement, FIRST + 1)


@pytest.mark.parametrize("by", [OPERATOR, AT_THE_MACHINE])
async def test_the_same_change_twice_is_two_facts_and_one_state(world: World, by: commands.By) -> None:
    for command in (commands.suspend_school, commands.resume_school, commands.end_agreement):
        await do(world, command, by=by)
        await do(world, command, by=by)
    assert [fact.outcome for fact in await world.emitted() if not isinstance(fact, School)] == [
        "suspended", "already_suspended", "resumed", "already_live", "ended", "already_ended",
    ]  # fmt: skip
    assert [state.revision for state in await world.emitted(School)] == [FIRST + 1, FIRST + 2, FIRST + 3]
    assert {fact.actor for fact in await world.emitted(SchoolResumed)} == {by.account if by is OPERATOR else None}  # type: ignore[union-attr]


@pytest.mark.parametrize("command", [commands.suspend_school, commands.resume_school, commands.end_agreement])
async def test_an_unknown_school_is_refused_and_that_is_a_fact(world: World, command: Command) -> None:
    with pytest.raises(NoSuchSchool):
        await do(world, command, "999999")
    [fact] = await world.emitted()
    assert isinstance(fact, SchoolChangeRefused)
    assert (fact.urn, fact.outcome) == ("999999", "no_such_school")
    assert command.__name__.startswith(fact.wanted)


@pytest.mark.parametrize(
    ("command", "why"), [(commands.suspend_school, "school_suspended"), (commands.end_agreement, "agreement_ended")]
)
async def test_nobody_acts_for_a_suspended_school_or_one_without_agreement_and_each_is_told_why(
    world: World, command: Command, why: str
) -> None:
    secret = await world.signed_in()
    await do(world, command)
    shown = await world.shown(secret)
    assert (shown.acting, shown.roles) == (None, ())
    assert shown.lost is not None
    assert (shown.lost.school, shown.lost.school_name, shown.lost.why) == (MOSSGATE, "Mossgate School", why)
    with pytest.raises(NobodyActing):
        await world.token(secret)


async def test_when_a_school_is_resumed_its_people_act_as_before(world: World) -> None:
    secret = await world.signed_in()
    await do(world, commands.suspend_school)
    await do(world, commands.resume_school)
    shown = await world.shown(secret)
    assert (shown.acting is not None, shown.lost) == (True, None)
    assert await world.token(secret)


async def test_admitting_a_suspended_school_again_does_not_resume_it(world: World) -> None:
    await do(world, commands.suspend_school)
    await world.school(MOSSGATE, "Mossgate School", "Another text.")
    assert [(state.status, state.agreement) for state in (await world.emitted(School))[1:]] == [
        ("suspended", version_of("Another text."))
    ]


async def test_a_new_version_of_the_agreement_is_a_new_revision_and_stands_in_the_next_token(world: World) -> None:
    secret = await world.signed_in()
    await world.school(MOSSGATE, "Mossgate School", "Another text.")
    assert await world.token(secret)
    shown = await world.shown(secret)
    assert shown.acting is not None
    assert shown.acting.agreement == version_of("Another text.") == (await world.emitted(School))[-1].agreement


async def test_concurrent_changes_are_emitted_in_the_order_of_their_revisions(world: World) -> None:
    await asyncio.gather(*(do(world, c) for c in (commands.suspend_school, commands.resume_school) * 4))
    states = await world.emitted(School)
    assert [state.revision for state in states] == [FIRST + 1 + n for n in range(len(states))]
    stored = await world.clone.value("SELECT status FROM school WHERE urn = $1", MOSSGATE)
    assert states[-1].status == stored
    assert await world.clone.value("SELECT status FROM school WHERE urn = $1", LARCHMERE) == "live"


async def test_a_school_is_emitted_with_the_name_and_start_of_its_agreement(world: World) -> None:
    await do(world, commands.suspend_school)
    [state] = await world.emitted(School)
    assert (state.agreement_named, state.agreement_since is not None) == ("Operational agreement", True)
    await do(world, commands.end_agreement)
    *_, state = await world.emitted(School)
    assert (state.agreement, state.agreement_named, state.agreement_since) == (None, None, None)


async def test_a_school_is_emitted_with_the_version_of_its_agreement(world: World) -> None:
    version = await world.school("990003", "Reedbourn School", "Their text.")
    [school] = await world.emitted(School)
    assert (school.agreement, school.revision) == (version, FIRST)
    assert version == version_of("Their text.")
    assert await world.clone.value("SELECT text FROM agreement WHERE version = $1", version) == "Their text."


async def test_a_school_admitted_again_emits_nothing_unless_it_changed(world: World) -> None:
    await world.school(MOSSGATE, "Mossgate School", AGREEMENT)
    assert await world.emitted() == []
    await world.school(MOSSGATE, "Mossgate Academy", AGREEMENT)
    [school] = await world.emitted(School)
    assert (school.name, school.revision) == ("Mossgate Academy", FIRST + 1)


async def test_concurrent_admissions_are_emitted_in_the_order_of_their_revisions(world: World) -> None:
    await asyncio.gather(*(world.school(MOSSGATE, f"Name {n}") for n in range(8)))
    states = await world.emitted(School)
    assert [school.revision for school in states] == [FIRST + 1 + n for n in range(8)]
    assert states[-1].name == await world.clone.value("SELECT name FROM school WHERE urn = $1", MOSSGATE)


async def test_the_revisions_of_the_next_epoch_exceed_all_of_the_one_before(world: World) -> None:
    world.settings = settings(epoch=2)
    await world.school(MOSSGATE, "Mossgate Academy")
    assert (await world.emitted(School))[0].revision == next_revision(0, epoch=2)
