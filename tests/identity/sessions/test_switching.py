"""A token is for the role and school that the asking form was made for, whatever is chosen in other tabs meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import pytest

from services.identity.commands import refusals
from tests.identity.scene import LARCHMERE, MOSSGATE, Scene
from tests.identity.test_tokens import part

TWO = "two@example.org"
SWITCHES = 60
AT_ONCE = 8
"""As many as there are connections: more would wait for one, and on a slow machine for too long."""


async def among(asks: list[Awaitable[Any]], switches: list[Awaitable[Any]]) -> list[Any]:
    """What became of each question while there were switches, some of both at any time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(one: Awaitable[Any]) -> Any:
        async with turns:
            return await one

    both = [in_turn(each) for pair in zip(asks, switches, strict=True) for each in pair]
    return (await asyncio.gather(*both, return_exceptions=True))[::2]


@pytest.fixture
async def secret(scene: Scene) -> str:
    """A session of a lead of two schools, acting for the first."""
    await scene.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO)
    secret = await scene.signed_in(TWO)
    await scene.choose(secret, "lead", MOSSGATE)
    return secret


async def test_a_form_made_for_one_school_has_no_token_for_another(scene: Scene, secret: str) -> None:
    assert part((await scene.token(secret, role="lead", school=MOSSGATE)).token, 1)["school"] == MOSSGATE
    await scene.choose(secret, "lead", LARCHMERE)
    with pytest.raises(refusals.ActingChanged):
        await scene.token(secret, role="lead", school=MOSSGATE)
    with pytest.raises(refusals.ActingChanged):
        await scene.token(secret, role="headteacher", school=LARCHMERE)
    assert part((await scene.token(secret)).token, 1)["school"] == LARCHMERE  # who does not say is asked nothing


async def test_among_switches_each_token_is_for_its_form_and_nothing_else_is_refused(scene: Scene, secret: str) -> None:
    """A row that was waited for is looked at again, what it was joined to is not: it then seemed to act as nothing."""
    places = [MOSSGATE, LARCHMERE] * SWITCHES

    async def ask(school: str) -> Any:
        return part((await scene.token(secret, role="lead", school=school)).token, 1)["school"] == school

    asks: list[Awaitable[Any]] = [ask(school) for school in places]
    ends = Counter(map(repr, await among(asks, [scene.choose(secret, "lead", school) for school in places])))
    assert set(ends) <= {"True", "ActingChanged()"}
    assert ends["True"]


async def test_among_switches_a_session_always_acts_as_something(scene: Scene, secret: str) -> None:
    switches = [scene.choose(secret, "lead", school) for school in [MOSSGATE, LARCHMERE] * SWITCHES]
    shown = await among([scene.shown(secret) for _ in switches], list(switches))
    assert Counter(each.acting is None for each in shown) == {False: len(switches)}
