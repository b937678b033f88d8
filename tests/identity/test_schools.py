"""Schools suspended and resumed, their agreement ended or another put in force: who may act, and what is said of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from services.identity import domain
from services.identity.commands import refusals, schools
from services.identity.commands.acting import AT_THE_MACHINE
from services.identity.domain import version_of
from shared.contracts.identity import AgreementEnded, School, SchoolChangeRefused, SchoolResumed, SchoolSuspended
from shared.web.tokens import Caller
from tests.identity.scene import AGREEMENT, LARCHMERE, MOSSGATE, Scene

FIRST = 1 << domain.EPOCH_BITS
OPERATOR = Caller(uuid4(), uuid4(), "operator", None, None)
Command = Callable[..., Awaitable[domain.School]]


async def do(scene: Scene, command: Command, urn: str = MOSSGATE, by: schools.By = OPERATOR) -> domain.School:
    async with scene.tx() as tx:
        return await command(tx, by, urn, scene.settings)


@pytest.mark.parametrize(
    ("command", "kind", "outcome", "status", "agreement"),
    [
        (schools.suspend_school, SchoolSuspended, "suspended", "suspended", version_of(AGREEMENT)),
        (schools.end_agreement, AgreementEnded, "ended", "live", None),
    ],
)
async def test_it_is_one_fact_and_one_state(
    scene: Scene, command: Command, kind: type, outcome: str, status: str, agreement: str | None
) -> None:
    await do(scene, command)
    fact, state = await scene.said()
    assert isinstance(fact, kind)
    assert (fact.urn, fact.actor, fact.role, fact.school, fact.outcome) == (
        MOSSGATE, OPERATOR.account, "operator", MOSSGATE, outcome,
    )  # fmt: skip
    assert isinstance(state, School)
    assert (state.status, state.agreement, state.revision) == (status, agreement, FIRST + 1)


@pytest.mark.parametrize("by", [OPERATOR, AT_THE_MACHINE])
async def test_twice_is_two_facts_and_one_change(scene: Scene, by: schools.By) -> None:
    for command in (schools.suspend_school, schools.resume_school, schools.end_agreement):
        await do(scene, command, by=by)
        await do(scene, command, by=by)
    assert [fact.outcome for fact in await scene.said() if not isinstance(fact, School)] == [
        "suspended", "already_suspended", "resumed", "already_live", "ended", "already_ended",
    ]  # fmt: skip
    assert [state.revision for state in await scene.said(School)] == [FIRST + 1, FIRST + 2, FIRST + 3]
    assert {fact.actor for fact in await scene.said(SchoolResumed)} == {by.account if by is OPERATOR else None}  # type: ignore[union-attr]


@pytest.mark.parametrize("command", [schools.suspend_school, schools.resume_school, schools.end_agreement])
async def test_a_school_that_is_not_there_is_refused_and_that_is_a_fact(scene: Scene, command: Command) -> None:
    with pytest.raises(refusals.NoSuchSchool):
        await do(scene, command, "999999")
    [fact] = await scene.said()
    assert isinstance(fact, SchoolChangeRefused)
    assert (fact.urn, fact.outcome) == ("999999", "no_such_school")
    assert command.__name__.startswith(fact.wanted)


@pytest.mark.parametrize(
    ("command", "why"), [(schools.suspend_school, "school_suspended"), (schools.end_agreement, "agreement_ended")]
)
async def test_nobody_acts_for_it_and_each_is_told_why(scene: Scene, command: Command, why: str) -> None:
    secret = await scene.signed_in()
    await do(scene, command)
    shown = await scene.shown(secret)
    assert (shown.acting, shown.roles) == (None, [])
    assert shown.lost is not None
    assert (shown.lost.school, shown.lost.school_name, shown.lost.why) == (MOSSGATE, "Mossgate School", why)
    with pytest.raises(refusals.NobodyActing):
        await scene.token(secret)


async def test_resumed_they_act_on_as_before(scene: Scene) -> None:
    secret = await scene.signed_in()
    await do(scene, schools.suspend_school)
    await do(scene, schools.resume_school)
    shown = await scene.shown(secret)
    assert (shown.acting is not None, shown.lost) == (True, None)
    assert await scene.token(secret)


async def test_admitting_a_suspended_school_again_does_not_resume_it(scene: Scene) -> None:
    await do(scene, schools.suspend_school)
    await scene.school(MOSSGATE, "Mossgate School", "Another text.")
    assert [(state.status, state.agreement) for state in (await scene.said(School))[1:]] == [
        ("suspended", version_of("Another text."))
    ]


async def test_another_version_in_force_is_a_new_revision_that_the_next_token_says(scene: Scene) -> None:
    secret = await scene.signed_in()
    await scene.school(MOSSGATE, "Mossgate School", "Another text.")
    assert await scene.token(secret)
    shown = await scene.shown(secret)
    assert shown.acting is not None
    assert shown.acting.agreement == version_of("Another text.") == (await scene.said(School))[-1].agreement


async def test_changes_at_once_are_said_in_the_order_of_their_revisions(scene: Scene) -> None:
    await asyncio.gather(*(do(scene, c) for c in (schools.suspend_school, schools.resume_school) * 4))
    said = await scene.said(School)
    assert [state.revision for state in said] == [FIRST + 1 + n for n in range(len(said))]
    stored = await scene.clone.value("SELECT status FROM school WHERE urn = $1", MOSSGATE)
    assert said[-1].status == stored
    assert await scene.clone.value("SELECT status FROM school WHERE urn = $1", LARCHMERE) == "live"


async def test_a_school_says_what_its_agreement_is_called_and_since_when(scene: Scene) -> None:
    await do(scene, schools.suspend_school)
    [state] = await scene.said(School)
    assert (state.agreement_named, state.agreement_since is not None) == ("Operational agreement", True)
    await do(scene, schools.end_agreement)
    *_, state = await scene.said(School)
    assert (state.agreement, state.agreement_named, state.agreement_since) == (None, None, None)
