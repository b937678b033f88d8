"""What an operator does from the machine: each command, what it prints, and what it leaves in the record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from shared.contracts.identity import (
    AgreementEnded,
    AgreementOptionSwitched,
    RoleRemoved,
    SchoolResumed,
    SchoolSuspended,
)
from tests.identity.world import EMAIL, LARCHMERE, MOSSGATE, World
from tests.support.databases import Clone


@pytest.fixture
async def world(database: Callable[..., Awaitable[Clone]]) -> World:
    """A lead of two schools."""
    world = World(await database("identity"))
    for urn in (MOSSGATE, LARCHMERE):
        await world.school(urn, f"School {urn}")
    await world.account(("lead", MOSSGATE), ("lead", LARCHMERE))
    await world.forget_emitted()
    return world


async def portal(world: World, *words: str) -> str:
    """`portal <words>` with identity's settings in the environment: what it printed, or the one sentence of trouble."""
    key = world.settings.sealing_key.get_secret_value()
    given = {"IDENTITY_DATABASE_URL": world.clone.dsn, "IDENTITY_SEALING_KEY": key}
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), env=given)
    return str(done.exception) if done.exit_code else done.output


async def test_a_role_is_taken_away_once(world: World) -> None:
    assert "Calwyn Fernshaw can no longer act as lead" in await portal(world, "remove-role", EMAIL, "lead", MOSSGATE)
    assert "does not hold this role" in await portal(world, "remove-role", EMAIL, "lead", MOSSGATE)
    assert [(fact.outcome, fact.actor, fact.school) for fact in await world.emitted(RoleRemoved)] == [
        ("removed", None, MOSSGATE), ("not_held", None, MOSSGATE),
    ]  # fmt: skip


async def test_a_school_is_suspended_resumed_and_its_agreement_ended(world: World) -> None:
    assert "Nobody can act for School 990001 any more" in await portal(world, "suspend-school", MOSSGATE)
    assert "can be acted for again" in await portal(world, "resume-school", MOSSGATE)
    assert "is under no agreement" in await portal(world, "end-agreement", MOSSGATE)
    assert "is live, but under no agreement" in await portal(world, "resume-school", MOSSGATE)
    changes = [await world.emitted(kind) for kind in (SchoolSuspended, SchoolResumed, AgreementEnded)]
    assert [[fact.outcome for fact in facts] for facts in changes] == [
        ["suspended"], ["resumed", "already_live"], ["ended"],
    ]  # fmt: skip


async def test_an_option_of_an_agreement_is_switched_on_and_off(world: World) -> None:
    assert "roll_list is on. On are: roll_list." in await portal(world, "agreement-option", MOSSGATE, "roll_list", "on")
    assert "is off. On are: none." in await portal(world, "agreement-option", MOSSGATE, "roll_list", "off")
    facts = await world.emitted(AgreementOptionSwitched)
    assert [(fact.outcome, fact.role) for fact in facts] == [("on", "operator"), ("off", "operator")]


async def test_somebodys_access_is_ended_by_their_address(world: World) -> None:
    assert "Calwyn Fernshaw can do nothing any more" in await portal(world, "disable", EMAIL)
    assert "There is no account of this email address" in await portal(world, "disable", "nobody@example.org")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("suspend-school", "999998"), "There is no school of this URN"),
        (("suspend-school", "12"), "six digits"),
        (("agreement-option", MOSSGATE, "everything", "on"), "There is no such option"),
        (("agreement-option", MOSSGATE, "roll_list", "perhaps"), "Say on or off"),
        (("agreement-option", "999998", "roll_list", "on"), "There is no school of this URN"),
        (("remove-role", EMAIL, "king"), "There is no such role"),
        (("remove-role", EMAIL, "lead"), "give its URN"),
        (("remove-role", EMAIL, "operator", MOSSGATE), "held at no school"),
        (("remove-role", "nobody@example.org", "lead", MOSSGATE), "There is no account"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(world: World, words: tuple[str, ...], told: str) -> None:
    assert told in await portal(world, *words)
