"""A token is for the role and school that the asking form was made for, whatever is chosen in other tabs meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import pytest

from services.identity.sessions.domain import ActingChanged
from tests.identity.world import LARCHMERE, MOSSGATE, TWO_SCHOOLS, World, part

SWITCHES = 60
AT_ONCE = 8
"""As many as there are connections: more would wait for one, and on a slow machine for too long."""


async def among(asks: list[Awaitable[Any]], switches: list[Awaitable[Any]]) -> list[Any]:
    """The result of each of `asks`, run concurrently with `switches`, AT_ONCE together."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(one: Awaitable[Any]) -> Any:
        async with turns:
            return await one

    both = [in_turn(each) for pair in zip(asks, switches, strict=True) for each in pair]
    return (await asyncio.gather(*both, return_exceptions=True))[::2]


@pytest.fixture
async def secret(world: World) -> str:
    """A session of a lead of two schools, acting for the first."""
    await world.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO_SCHOOLS)
    secret = await world.signed_in(TWO_SCHOOLS)
    await world.choose(secret, "lead", MOSSGATE)
    return secret


async def test_a_form_made_for_one_school_has_no_token_for_another(world: World, secret: str) -> None:
    assert part((await world.token(secret, made_for=("lead", MOSSGATE))).token, 1)["school"] == MOSSGATE
    await world.choose(secret, "lead", LARCHMERE)
    with pytest.raises(ActingChanged):
        await world.token(secret, made_for=("lead", MOSSGATE))
    with pytest.raises(ActingChanged):
        await world.token(secret, made_for=("headteacher", LARCHMERE))
    assert part((await world.token(secret)).token, 1)["school"] == LARCHMERE  # a form that names no school


async def test_during_concurrent_switches_a_token_is_for_its_forms_school_or_is_refused_as_changed(
    world: World, secret: str
) -> None:
    """After waiting for a row's lock PostgreSQL reads that row anew, but not what it was joined to: so no join."""
    places = [MOSSGATE, LARCHMERE] * SWITCHES

    async def ask(school: str) -> Any:
        return part((await world.token(secret, made_for=("lead", school))).token, 1)["school"] == school

    asks: list[Awaitable[Any]] = [ask(school) for school in places]
    ends = Counter(map(repr, await among(asks, [world.choose(secret, "lead", school) for school in places])))
    assert set(ends) <= {"True", "ActingChanged()"}
    assert ends["True"]


async def test_during_concurrent_switches_a_session_always_acts_as_something(world: World, secret: str) -> None:
    switches = [world.choose(secret, "lead", school) for school in [MOSSGATE, LARCHMERE] * SWITCHES]
    shown = await among([world.shown(secret) for _ in switches], list(switches))
    assert Counter(each.acting is None for each in shown) == {False: len(switches)}
