"""A session's life: it is used, it chooses, it ends by its owner, by time, or because access ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.identity.commands import refusals, sessions
from shared.contracts.identity import SchoolChosen, Session, SignedOut
from tests.identity.scene import LARCHMERE, MOSSGATE, Scene

TWO = "two@example.org"


async def over(scene: Scene, secret: str) -> str:
    with pytest.raises(refusals.SessionOver) as told:
        await scene.shown(secret)
    return str(told.value.detail)


async def test_a_session_shows_who_and_as_what(scene: Scene) -> None:
    shown = await scene.shown(await scene.signed_in())
    assert shown.acting is not None
    assert (shown.name, shown.acting.role, shown.acting.school_name) == ("Calwyn Fernshaw", "lead", "Mossgate School")


async def test_a_made_up_secret_is_a_session_that_is_over(scene: Scene) -> None:
    assert await over(scene, "made up") == "time"


async def test_signing_out_is_one_fact_and_one_revision_more(scene: Scene) -> None:
    secret = await scene.signed_in()
    await scene.sign_out(secret)
    assert await over(scene, secret) == "signed_out"
    [fact], [begun, ended] = await scene.said(SignedOut), await scene.said(Session)
    assert (fact.outcome, fact.school, ended.ended_at) == ("signed_out", MOSSGATE, scene.now)
    assert ended.revision == begun.revision + 1
    assert ended.ended


async def test_what_a_person_does_is_said_in_their_name(scene: Scene) -> None:
    secret = await scene.signed_in()
    who = str((await scene.shown(secret)).account_id)
    await scene.choose(secret, "lead", MOSSGATE)
    await scene.sign_out(secret)
    actors = await scene.clone.rows("SELECT DISTINCT headers ->> 'ce_actor' AS actor FROM outbox")
    assert actors == [{"actor": who}]


async def test_signing_out_twice_is_still_one_fact(scene: Scene) -> None:
    secret = await scene.signed_in()
    await scene.sign_out(secret)
    await scene.sign_out(secret)
    await scene.sign_out("made up")
    assert len(await scene.said(SignedOut)) == 1


@pytest.mark.parametrize("minutes", [29, 30])
async def test_a_session_that_nobody_uses_is_over_after_half_an_hour(scene: Scene, minutes: int) -> None:
    secret = await scene.signed_in()
    scene.now = await scene.clone.value("SELECT seen_at FROM session")  # type: ignore[assignment]
    scene.later(minutes=minutes)
    if minutes < 30:
        assert await scene.shown(secret)
    else:
        assert await over(scene, secret) == "time"
        assert await over(scene, secret) == "time"
        assert [fact.outcome for fact in await scene.said(SignedOut)] == ["expired"]


async def test_a_session_says_when_it_ends_by_itself(scene: Scene) -> None:
    begun, secret = scene.now, await scene.signed_in()
    scene.later(minutes=20)
    assert (await scene.shown(secret)).ends_at == scene.now + timedelta(minutes=30)
    for _ in range(34):
        scene.later(minutes=20)
        assert await scene.shown(secret)
    assert (await scene.shown(secret)).ends_at == begun + timedelta(hours=12)


async def test_a_session_is_over_after_twelve_hours_however_used(scene: Scene) -> None:
    secret = await scene.signed_in()
    for _ in range(12 * 3 - 1):
        scene.later(minutes=20)
        await scene.shown(secret)
    scene.later(minutes=20)
    assert await over(scene, secret) == "time"


async def test_what_is_not_in_time_has_no_token(scene: Scene) -> None:
    secret = await scene.signed_in()
    scene.later(minutes=30)
    with pytest.raises(refusals.SessionOver):
        await scene.token(secret)
    assert (await scene.said(Session))[-1].ended


async def test_overdue_sessions_are_ended_without_their_owner(scene: Scene) -> None:
    await scene.signed_in()
    scene.later(minutes=31)
    fresh = await scene.signed_in()
    async with scene.tx() as tx:
        assert await sessions.end_overdue(tx, scene.settings) == 1
    async with scene.tx() as tx:
        assert await sessions.end_overdue(tx, scene.settings) == 0
    assert [fact.outcome for fact in await scene.said(SignedOut)] == ["expired"]
    assert await scene.shown(fresh)


async def test_a_session_that_ended_long_ago_is_forgotten_everywhere(scene: Scene) -> None:
    secret = await scene.signed_in()
    session_id = (await scene.shown(secret)).session_id
    await scene.sign_out(secret)
    scene.later(days=7, seconds=1)
    async with scene.tx() as tx:
        assert await sessions.forget_long_ended(tx) == 1
    [tombstone] = await scene.clone.rows("SELECT topic, key FROM outbox WHERE body IS NULL")
    assert tombstone == {"topic": Session.topic, "key": str(session_id)}
    assert await over(scene, secret) == "time"


async def test_one_of_two_schools_is_chosen_and_recorded(scene: Scene) -> None:
    await scene.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO)
    secret = await scene.signed_in(TWO)
    shown = await scene.choose(secret, "lead", LARCHMERE)
    assert shown.acting is not None
    assert (shown.acting.school, (await scene.shown(secret)).acting) == (LARCHMERE, shown.acting)
    [fact] = await scene.said(SchoolChosen)
    assert (fact.outcome, fact.school, fact.agreement) == ("chosen", LARCHMERE, shown.acting.agreement)


@pytest.mark.parametrize(
    ("role", "school"), [("lead", LARCHMERE), ("headteacher", MOSSGATE), ("operator", None), ("lead", "999999")]
)
async def test_a_role_that_is_not_held_cannot_be_chosen(scene: Scene, role: str, school: str | None) -> None:
    secret = await scene.signed_in()
    with pytest.raises(refusals.NotYourRole):
        await scene.choose(secret, role, school)  # type: ignore[arg-type]
    [fact] = await scene.said(SchoolChosen)
    assert (fact.outcome, fact.role, fact.school) == ("no_role", role, school)
    assert (await scene.shown(secret)).acting.school == MOSSGATE  # type: ignore[union-attr]


async def test_a_suspended_school_cannot_be_acted_for(scene: Scene) -> None:
    secret = await scene.signed_in()
    await scene.clone.execute("UPDATE school SET status = 'suspended' WHERE urn = $1", MOSSGATE)
    assert (await scene.shown(secret)).acting is None
    with pytest.raises(refusals.NobodyActing):
        await scene.token(secret)


async def test_use_is_noted_at_most_once_a_minute(scene: Scene) -> None:
    secret = await scene.signed_in()
    first = await scene.clone.value("SELECT seen_at FROM session")
    await scene.shown(secret)
    assert await scene.clone.value("SELECT seen_at FROM session") == first
    scene.later(minutes=1)
    await scene.shown(secret)
    assert await scene.clone.value("SELECT seen_at FROM session") == scene.now


async def test_a_session_is_named_by_an_id_that_is_not_its_secret(scene: Scene) -> None:
    secret = await scene.signed_in()
    assert isinstance((await scene.shown(secret)).session_id, UUID)
    assert secret not in str(await scene.said())
