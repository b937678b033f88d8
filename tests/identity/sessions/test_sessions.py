"""A session's life: it is used, it chooses, it ends by its owner, by time, or because access ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.identity.sessions import commands
from services.identity.sessions.domain import NobodyActing, NotYourRole, SessionOver
from shared.contracts.identity import SchoolChosen, Session, SignedOut
from tests.identity.world import LARCHMERE, MOSSGATE, TWO_SCHOOLS, World


async def over(world: World, secret: str) -> str:
    with pytest.raises(SessionOver) as told:
        await world.shown(secret)
    return str(told.value.detail)


async def test_a_session_shows_who_and_as_what(world: World) -> None:
    shown = await world.shown(await world.signed_in())
    assert shown.acting is not None
    assert (shown.name, shown.acting.role, shown.acting.school_name) == ("Calwyn Fernshaw", "lead", "Mossgate School")


async def test_a_made_up_secret_is_answered_like_that_of_a_session_that_is_over(world: World) -> None:
    assert await over(world, "made up") == "time"


async def test_signing_out_is_one_fact_and_one_revision_more(world: World) -> None:
    secret = await world.signed_in()
    await world.sign_out(secret)
    assert await over(world, secret) == "signed_out"
    [fact], [begun, ended] = await world.emitted(SignedOut), await world.emitted(Session)
    assert (fact.outcome, fact.school, ended.ended_at) == ("signed_out", MOSSGATE, world.now)
    assert ended.revision == begun.revision + 1
    assert ended.ended


async def test_what_a_person_does_is_emitted_with_them_as_actor(world: World) -> None:
    secret = await world.signed_in()
    who = str((await world.shown(secret)).account_id)
    await world.choose(secret, "lead", MOSSGATE)
    await world.sign_out(secret)
    actors = await world.clone.rows("SELECT DISTINCT headers ->> 'ce_actor' AS actor FROM outbox")
    assert actors == [{"actor": who}]


async def test_signing_out_twice_is_still_one_fact(world: World) -> None:
    secret = await world.signed_in()
    await world.sign_out(secret)
    await world.sign_out(secret)
    await world.sign_out("made up")
    assert len(await world.emitted(SignedOut)) == 1


@pytest.mark.parametrize("minutes", [29, 30])
async def test_a_session_that_nobody_uses_is_over_after_half_an_hour(world: World, minutes: int) -> None:
    secret = await world.signed_in()
    world.now = await world.clone.value("SELECT seen_at FROM session")  # type: ignore[assignment]
    world.later(minutes=minutes)
    if minutes < 30:
        assert await world.shown(secret)
    else:
        assert await over(world, secret) == "time"
        assert await over(world, secret) == "time"
        assert [fact.outcome for fact in await world.emitted(SignedOut)] == ["expired"]


async def test_a_session_shows_when_it_ends_by_itself(world: World) -> None:
    begun, secret = world.now, await world.signed_in()
    world.later(minutes=20)
    assert (await world.shown(secret)).ends_at == world.now + timedelta(minutes=30)
    for _ in range(34):
        world.later(minutes=20)
        assert await world.shown(secret)
    assert (await world.shown(secret)).ends_at == begun + timedelta(hours=12)


async def test_a_session_is_over_after_twelve_hours_however_used(world: World) -> None:
    secret = await world.signed_in()
    for _ in range(12 * 3 - 1):
        world.later(minutes=20)
        await world.shown(secret)
    world.later(minutes=20)
    assert await over(world, secret) == "time"


async def test_a_session_whose_time_is_up_gets_no_token_and_ends(world: World) -> None:
    secret = await world.signed_in()
    world.later(minutes=30)
    with pytest.raises(SessionOver):
        await world.token(secret)
    assert (await world.emitted(Session))[-1].ended


async def test_overdue_sessions_are_ended_without_their_owner(world: World) -> None:
    await world.signed_in()
    world.later(minutes=31)
    fresh = await world.signed_in()
    async with world.tx() as tx:
        assert await commands.end_overdue_batch(tx, world.settings) == 1
    async with world.tx() as tx:
        assert await commands.end_overdue_batch(tx, world.settings) == 0
    assert [fact.outcome for fact in await world.emitted(SignedOut)] == ["expired"]
    assert await world.shown(fresh)


async def test_a_session_that_ended_long_ago_is_forgotten_everywhere(world: World) -> None:
    secret = await world.signed_in()
    session_id = (await world.shown(secret)).session_id
    await world.sign_out(secret)
    world.later(days=7, seconds=1)
    async with world.tx() as tx:
        assert await commands.forget_ended_batch(tx) == 1
    [tombstone] = await world.clone.rows("SELECT topic, key FROM outbox WHERE body IS NULL")
    assert tombstone == {"topic": Session.topic, "key": str(session_id)}
    assert await over(world, secret) == "time"


async def test_one_of_two_schools_is_chosen_and_recorded(world: World) -> None:
    await world.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO_SCHOOLS)
    secret = await world.signed_in(TWO_SCHOOLS)
    shown = await world.choose(secret, "lead", LARCHMERE)
    assert shown.acting is not None
    assert (shown.acting.school, (await world.shown(secret)).acting) == (LARCHMERE, shown.acting)
    [fact] = await world.emitted(SchoolChosen)
    assert (fact.outcome, fact.school, fact.agreement) == ("chosen", LARCHMERE, shown.acting.agreement)


@pytest.mark.parametrize(
    ("role", "school"), [("lead", LARCHMERE), ("headteacher", MOSSGATE), ("operator", None), ("lead", "999999")]
)
async def test_a_role_that_is_not_held_cannot_be_chosen(world: World, role: str, school: str | None) -> None:
    secret = await world.signed_in()
    with pytest.raises(NotYourRole):
        await world.choose(secret, role, school)  # type: ignore[arg-type]
    [fact] = await world.emitted(SchoolChosen)
    assert (fact.outcome, fact.role, fact.school) == ("no_role", role, school)
    assert (await world.shown(secret)).acting.school == MOSSGATE  # type: ignore[union-attr]


async def test_a_suspended_school_cannot_be_acted_for(world: World) -> None:
    secret = await world.signed_in()
    await world.clone.execute("UPDATE school SET status = 'suspended' WHERE urn = $1", MOSSGATE)
    assert (await world.shown(secret)).acting is None
    with pytest.raises(NobodyActing):
        await world.token(secret)


async def test_use_is_noted_at_most_once_a_minute(world: World) -> None:
    secret = await world.signed_in()
    first = await world.clone.value("SELECT seen_at FROM session")
    await world.shown(secret)
    assert await world.clone.value("SELECT seen_at FROM session") == first
    world.later(minutes=1)
    await world.shown(secret)
    assert await world.clone.value("SELECT seen_at FROM session") == world.now


async def test_a_session_is_named_by_an_id_that_is_not_its_secret(world: World) -> None:
    secret = await world.signed_in()
    assert isinstance((await world.shown(secret)).session_id, UUID)
    assert secret not in str(await world.emitted())


async def test_the_periodic_work_ends_and_forgets_sessions(world: World) -> None:
    for _ in range(3):
        await world.signed_in()
    await world.periodic_work()
    assert [session.ended for session in await world.emitted(Session)] == [False] * 3 + [True] * 3
    await world.clone.execute("UPDATE session SET ended_at = ended_at - interval '8 days'")
    await world.periodic_work()
    assert await world.count("session") == 0
