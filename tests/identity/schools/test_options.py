"""The options of a school's agreement: off until an operator switches each on, and over with the agreement."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from services.identity.schools import commands
from services.identity.schools.domain import NoAgreement, NoSuchSchool, SchoolRow
from shared.contracts.identity import AgreementOption, AgreementOptionRefused, AgreementOptionSwitched, School
from tests.identity.world import AGREEMENT, LARCHMERE, MOSSGATE, World
from tests.support.web import Web, caller

OPERATOR = caller("operator")
OPTIONS: tuple[AgreementOption, ...] = get_args(AgreementOption)


async def switch(
    world: World, option: AgreementOption = "roll_list", on: bool = True, urn: str = MOSSGATE
) -> SchoolRow:
    async with world.tx() as tx:
        return await commands.switch_option(tx, OPERATOR, urn, option, on, world.settings)


async def acting_options(world: World, secret: str) -> tuple[str, ...]:
    acting = (await world.shown(secret)).acting
    assert acting is not None
    return acting.options


async def test_every_option_is_off_until_it_is_switched_on(world: World) -> None:
    secret = await world.signed_in()
    assert await acting_options(world, secret) == ()
    await switch(world)
    assert await acting_options(world, secret) == ("roll_list",)


async def test_switching_is_one_fact_and_one_state_and_of_one_school(world: World) -> None:
    await switch(world)
    fact, state = await world.emitted()
    assert isinstance(fact, AgreementOptionSwitched)
    assert (fact.urn, fact.school, fact.actor, fact.option, fact.outcome) == (
        MOSSGATE, MOSSGATE, OPERATOR.account, "roll_list", "on",
    )  # fmt: skip
    assert isinstance(state, School)
    assert (state.urn, state.options) == (MOSSGATE, ("roll_list",))
    assert await world.clone.value("SELECT options FROM school WHERE urn = $1", LARCHMERE) == []


async def test_the_same_again_is_a_fact_and_no_state(world: World) -> None:
    for on in (True, True, False, False):
        await switch(world, on=on)
    facts = await world.emitted(AgreementOptionSwitched)
    assert [fact.outcome for fact in facts] == ["on", "already_on", "off", "already_off"]
    assert [state.options for state in await world.emitted(School)] == [("roll_list",), ()]


async def test_switched_at_once_none_is_lost(world: World) -> None:
    await asyncio.gather(*(switch(world, option) for option in OPTIONS))
    assert set((await world.emitted(School))[-1].options) == set(OPTIONS)


async def test_no_option_outlives_its_agreement(world: World) -> None:
    await switch(world)
    async with world.tx() as tx:
        await commands.end_agreement(tx, OPERATOR, MOSSGATE, world.settings)
    await world.school(MOSSGATE, "Mossgate School", AGREEMENT)
    await switch(world)
    await world.school(MOSSGATE, "Mossgate School", "Another text.")
    assert [state.options for state in await world.emitted(School)] == [("roll_list",), (), (), ("roll_list",), ()]


async def test_the_same_agreement_again_leaves_them_on(world: World) -> None:
    await switch(world)
    await world.school(MOSSGATE, "Mossgate Academy", AGREEMENT)
    assert (await world.emitted(School))[-1].options == ("roll_list",)


async def test_without_a_school_or_an_agreement_it_is_refused_and_that_is_a_fact(world: World) -> None:
    async with world.tx() as tx:
        await commands.end_agreement(tx, OPERATOR, MOSSGATE, world.settings)
    with pytest.raises(NoAgreement):
        await switch(world)
    with pytest.raises(NoSuchSchool):
        await switch(world, urn="999999")
    assert [fact.outcome for fact in await world.emitted(AgreementOptionRefused)] == ["no_agreement", "no_such_school"]


async def test_over_http_it_is_an_operators_alone(door: Web, world: World) -> None:
    path = f"/schools/{MOSSGATE}/agreement/options/changed_since"
    for who in (caller("headteacher", MOSSGATE), caller("account_administrator", MOSSGATE), caller("triage_officer")):
        assert (await door.client.put(path, headers=door.bearer(who))).status_code == 403
        assert (await door.client.delete(path, headers=door.bearer(who))).status_code == 403
    operator = door.bearer(OPERATOR)
    assert (await door.client.put(path, headers=operator)).status_code == 204
    assert (await door.client.delete(path, headers=operator)).status_code == 204
    assert (await door.client.put(f"{path}_a_thing", headers=operator)).status_code == 422
    assert [fact.outcome for fact in await world.emitted(AgreementOptionSwitched)] == ["on", "off"]
