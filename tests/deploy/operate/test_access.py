"""What an operator does from the machine: each command, what it says, and what it leaves in the record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from shared.contracts.identity import AgreementEnded, RoleRemoved, SchoolResumed, SchoolSuspended
from tests.identity.scene import EMAIL, LARCHMERE, MOSSGATE, Scene
from tests.support.databases import Clone


@pytest.fixture
async def scene(database: Callable[..., Awaitable[Clone]]) -> Scene:
    """A lead of two schools."""
    scene = Scene(await database("identity"))
    for urn in (MOSSGATE, LARCHMERE):
        await scene.school(urn, f"School {urn}")
    await scene.account(("lead", MOSSGATE), ("lead", LARCHMERE))
    await scene.forget_said()
    return scene


async def portal(scene: Scene, *words: str) -> str:
    """`portal <words>` with identity's settings in the environment: what it printed, or the one sentence of trouble."""
    key = scene.settings.sealing_key.get_secret_value()
    given = {"IDENTITY_DATABASE_URL": scene.clone.dsn, "IDENTITY_SEALING_KEY": key}
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), env=given)
    return str(done.exception) if done.exit_code else done.output


async def test_a_role_is_taken_away_once(scene: Scene) -> None:
    assert "Calwyn Fernshaw can no longer act as lead" in await portal(scene, "remove-role", EMAIL, "lead", MOSSGATE)
    assert "does not hold this role" in await portal(scene, "remove-role", EMAIL, "lead", MOSSGATE)
    assert [(fact.outcome, fact.actor, fact.school) for fact in await scene.said(RoleRemoved)] == [
        ("removed", None, MOSSGATE), ("not_held", None, MOSSGATE),
    ]  # fmt: skip


async def test_a_school_is_suspended_resumed_and_its_agreement_ended(scene: Scene) -> None:
    assert "Nobody can act for School 990001 any more" in await portal(scene, "suspend-school", MOSSGATE)
    assert "can be acted for again" in await portal(scene, "resume-school", MOSSGATE)
    assert "is under no agreement" in await portal(scene, "end-agreement", MOSSGATE)
    assert "is live, but under no agreement" in await portal(scene, "resume-school", MOSSGATE)
    said = [await scene.said(kind) for kind in (SchoolSuspended, SchoolResumed, AgreementEnded)]
    assert [[fact.outcome for fact in facts] for facts in said] == [
        ["suspended"], ["resumed", "already_live"], ["ended"],
    ]  # fmt: skip


async def test_somebodys_access_is_ended_by_their_address(scene: Scene) -> None:
    assert "Calwyn Fernshaw can do nothing any more" in await portal(scene, "disable", EMAIL)
    assert "There is no account of this email address" in await portal(scene, "disable", "nobody@example.org")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("suspend-school", "999998"), "There is no school of this URN"),
        (("suspend-school", "12"), "six digits"),
        (("remove-role", EMAIL, "king"), "There is no such role"),
        (("remove-role", EMAIL, "lead"), "give its URN"),
        (("remove-role", EMAIL, "operator", MOSSGATE), "held at no school"),
        (("remove-role", "nobody@example.org", "lead", MOSSGATE), "There is no account"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(scene: Scene, words: tuple[str, ...], told: str) -> None:
    assert told in await portal(scene, *words)
