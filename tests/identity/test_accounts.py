"""Schools and accounts: admitted, opened, disabled; their states' revisions only grow, whoever is at it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity import domain
from services.identity.commands import accounts, refusals
from services.identity.domain import version_of
from shared.contracts import Role
from shared.contracts.identity import Account, AccountDisabled, DisablingRefused, School, Session, SignedOut
from shared.database.tx import DatabaseFailed
from shared.web.access import AccessEnded
from shared.web.tokens import Caller
from tests.identity.scene import AGREEMENT, ELSEWHERE, EMAIL, LARCHMERE, MOSSGATE, Scene, settings

FIRST = 1 << domain.EPOCH_BITS


def caller(role: Role, school: str | None = None, session: UUID | None = None) -> Caller:
    return Caller(uuid4(), session or uuid4(), role, school, "f" * 64 if school else None)


async def account_id(scene: Scene) -> UUID:
    found = await scene.clone.value("SELECT account_id FROM account WHERE email = $1", EMAIL)
    assert isinstance(found, UUID)
    return found


async def disable(scene: Scene, who: Caller, account_id: UUID) -> None:
    async with scene.tx() as tx:
        await accounts.disable_account(tx, who, account_id, scene.settings)


async def test_a_school_is_said_with_the_version_of_its_agreement(scene: Scene) -> None:
    version = await scene.school("990003", "Reedbourn School", "Their text.")
    [school] = await scene.said(School)
    assert (school.agreement, school.revision) == (version, FIRST)
    assert version == version_of("Their text.")
    assert await scene.clone.value("SELECT text FROM agreement WHERE version = $1", version) == "Their text."


async def test_a_school_admitted_again_says_nothing_unless_it_changed(scene: Scene) -> None:
    await scene.school(MOSSGATE, "Mossgate School", AGREEMENT)
    assert await scene.said() == []
    await scene.school(MOSSGATE, "Mossgate Academy", AGREEMENT)
    [school] = await scene.said(School)
    assert (school.name, school.revision) == ("Mossgate Academy", FIRST + 1)


async def test_schools_changed_at_once_are_said_in_the_order_of_their_revisions(scene: Scene) -> None:
    await asyncio.gather(*(scene.school(MOSSGATE, f"Name {n}") for n in range(8)))
    said = await scene.said(School)
    assert [school.revision for school in said] == [FIRST + 1 + n for n in range(8)]
    assert said[-1].name == await scene.clone.value("SELECT name FROM school WHERE urn = $1", MOSSGATE)


async def test_after_a_restore_the_next_epoch_outgrows_all_revisions(scene: Scene) -> None:
    scene.settings = settings(epoch=2)
    await scene.school(MOSSGATE, "Mossgate Academy")
    assert (await scene.said(School))[0].revision == 2 << domain.EPOCH_BITS


async def test_an_account_is_said_with_its_roles(scene: Scene) -> None:
    made = await scene.account(("lead", MOSSGATE), ("lead", LARCHMERE), email="two@example.org")
    [account] = await scene.said()
    assert isinstance(account, Account)
    assert (account.account_id, account.revision, account.disabled_at) == (made, FIRST, None)
    assert [(held.role, held.school) for held in account.roles] == [("lead", MOSSGATE), ("lead", LARCHMERE)]
    assert "example.org" not in account.model_dump_json()


async def test_one_address_is_one_account(scene: Scene) -> None:
    with pytest.raises(refusals.EmailTaken):
        await scene.account(("lead", MOSSGATE), email=EMAIL.upper())
    assert await scene.said() == []


@pytest.mark.parametrize(("role", "school"), [("operator", MOSSGATE), ("lead", None)])
async def test_a_role_is_at_a_school_or_at_the_council(scene: Scene, role: Role, school: str | None) -> None:
    with pytest.raises(DatabaseFailed):
        await scene.account((role, school), email="x@example.org")


@pytest.mark.parametrize("who", [caller("operator"), caller("account_administrator", MOSSGATE)])
async def test_disabling_ends_every_session_and_is_one_fact(scene: Scene, who: Caller) -> None:
    secrets = [await scene.signed_in(), await scene.signed_in(client=ELSEWHERE)]
    await scene.forget_said()
    await disable(scene, who, await account_id(scene))
    [fact], [account], ended = await scene.said(AccountDisabled), await scene.said(Account), await scene.said(Session)
    assert (fact.outcome, fact.actor, fact.school) == ("disabled", who.account, who.school)
    assert (account.disabled_at, account.revision) == (scene.now, FIRST + 1)
    assert [(session.ended_at, session.revision) for session in ended] == [(scene.now, FIRST + 1)] * 2
    assert await scene.said(SignedOut) == []
    for secret in secrets:
        with pytest.raises(refusals.SessionOver, match="access_ended"):
            await scene.token(secret)


async def test_a_disabled_account_cannot_finish_a_sign_in(scene: Scene) -> None:
    challenge = await scene.password()
    await disable(scene, caller("operator"), await account_id(scene))
    with pytest.raises(refusals.ChallengeOver):
        await scene.enter(challenge)
    with pytest.raises(refusals.SignInRefused):
        await scene.password()


@pytest.mark.parametrize("mine", [True, False])
async def test_another_schools_account_and_none_at_all_are_refused_alike(scene: Scene, mine: bool) -> None:
    target = await account_id(scene) if mine else uuid4()
    with pytest.raises(refusals.NotYourAccount):
        await disable(scene, caller("account_administrator", LARCHMERE), target)
    [fact] = await scene.said()
    assert isinstance(fact, DisablingRefused)
    assert (fact.account_id, fact.outcome) == (target, "not_allowed")


@pytest.mark.parametrize("elsewhere", [("lead", LARCHMERE), ("data_protection_officer", None)])
async def test_who_also_acts_elsewhere_is_not_one_schools_to_disable(scene: Scene, elsewhere: Any) -> None:
    both = await scene.account(("lead", MOSSGATE), elsewhere, email="two@example.org")
    with pytest.raises(refusals.NotYourAccount):
        await disable(scene, caller("account_administrator", MOSSGATE), both)
    await disable(scene, caller("operator"), both)
    assert [fact.account_id for fact in await scene.said(AccountDisabled)] == [both]


async def test_disabling_twice_changes_nothing_more(scene: Scene) -> None:
    for _ in range(2):
        await disable(scene, caller("operator"), await account_id(scene))
    assert [fact.outcome for fact in await scene.said(AccountDisabled)] == ["disabled", "already_disabled"]
    assert len(await scene.said(Account)) == 1


async def test_an_operator_at_the_machine_disables_by_address_and_names_nobody(scene: Scene) -> None:
    secret, target = await scene.signed_in(), await account_id(scene)
    await scene.forget_said()
    async with scene.tx() as tx:
        email = await tx.value("SELECT upper(email) FROM account WHERE account_id = $1", target)
        await accounts.disable_at_the_machine(tx, email, scene.settings)
    [fact] = await scene.said(AccountDisabled)
    assert (fact.account_id, fact.actor, fact.role, fact.outcome) == (target, None, "operator", "disabled")
    with pytest.raises(refusals.SessionOver, match="access_ended"):
        await scene.token(secret)
    with pytest.raises(refusals.NotYourAccount):
        async with scene.tx() as tx:
            await accounts.disable_at_the_machine(tx, "nobody@example.org", scene.settings)


async def test_a_signed_out_operator_disables_nobody(scene: Scene) -> None:
    secret = await scene.signed_in()
    session = (await scene.shown(secret)).session_id
    await scene.sign_out(secret)
    with pytest.raises(AccessEnded):
        await disable(scene, caller("operator", session=session), await account_id(scene))
    assert await scene.said(AccountDisabled) == []


async def test_a_sign_in_during_the_disabling_is_ended_or_refused(scene: Scene) -> None:
    """The code is entered after the disabling's statements and before its commit."""
    challenge, target = await scene.password(), await account_id(scene)
    async with scene.tx() as tx:
        await accounts.disable_account(tx, caller("operator"), target, scene.settings)
        entering = asyncio.create_task(scene.enter(challenge))
        await scene.waiting_for_a_lock()
    with pytest.raises(refusals.ChallengeOver):
        await entering
    assert await scene.clone.value("SELECT count(*) FROM session WHERE ended_at IS NULL") == 0


async def test_sign_outs_at_once_end_a_session_with_one_revision(scene: Scene) -> None:
    secret = await scene.signed_in()
    await asyncio.gather(*(scene.sign_out(secret) for _ in range(6)))
    assert [session.revision for session in await scene.said(Session)] == [FIRST, FIRST + 1]
    assert len(await scene.said(SignedOut)) == 1


async def test_new_proofs_end_what_the_old_ones_began(scene: Scene) -> None:
    secret, challenge = await scene.signed_in(), await scene.password()
    async with scene.tx() as tx:
        await accounts.replace_proofs(tx, await account_id(scene), "another", "JBSWY3DPEHPK3PXP", scene.settings)
    with pytest.raises(refusals.SessionOver, match="access_ended"):
        await scene.shown(secret)
    with pytest.raises(refusals.ChallengeOver):
        await scene.enter(challenge)
