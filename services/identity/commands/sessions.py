"""A session's life: who is signed in, as what they act, the tokens it is exchanged for, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from pydantic import BaseModel

from services.identity import domain, sealing, store
from services.identity.commands import keys, refusals
from services.identity.commands.acting import held_now
from services.identity.commands.facts import acts, indexed, indexed_acting
from services.identity.domain import Acting, Held, Session, Why, WhyLost
from services.identity.settings import Settings
from shared.contracts import Role, Urn
from shared.contracts import identity as said
from shared.contracts.identity import SchoolChosen, SignedOut
from shared.database.tx import Tx
from shared.web import tokens
from shared.web.body import Body

OVERDUE_BATCH = 200
ENDED_BATCH = 500
ENDED_KEPT = timedelta(days=7)
"""An ended session is forgotten everywhere after this: its last token has been dead for all but five minutes of it."""

Audience = Literal["lookup", "referrals", "audit", "identity"]


class ChooseSchool(Body):
    """The role to act in, and the school to act for (None: at the council)."""

    role: Role
    school: Urn | None = None


class AskToken(Body):
    """Which service the token is for; and the role and school that the asking form was made for, if it says so."""

    audience: Audience
    role: Role | None = None
    school: Urn | None = None


class RoleShown(BaseModel):
    role: Role
    school: str | None
    school_name: str | None


class ActingShown(RoleShown):
    agreement: str | None


class LostShown(RoleShown):
    """What the session acted as until it was no longer allowed, and why."""

    why: WhyLost


class SessionShown(BaseModel):
    """Who is signed in. `acting` is None until a role has been chosen, and when it may be acted in no longer: then
    `lost` says why. `roles` are those that can be chosen. `ends_at` is when the session ends by itself, if it is not
    used before.
    """

    account_id: UUID
    session_id: UUID
    name: str
    email: str
    acting: ActingShown | None
    lost: LostShown | None
    roles: list[RoleShown]
    ends_at: datetime | None = None


class Token(BaseModel):
    token: str
    expires_at: datetime


async def session(tx: Tx, secret: str, settings: Settings) -> SessionShown:
    """Who is signed in with this secret. Raises SessionOver."""
    return await _shown(tx, await _live(tx, secret, settings), settings)


async def choose_school(tx: Tx, secret: str, ask: ChooseSchool, settings: Settings) -> SessionShown:
    """Act in another role or for another school. Raises SessionOver, NotYourRole."""
    session = await _live(tx, secret, settings)
    wanted = Acting(ask.role, ask.school)
    chosen = domain.held_for(wanted, await store.held(tx, session.account_id))
    if chosen is None:
        who = {"actor": session.account_id, "role": wanted.role, "school": wanted.school}
        await tx.emit(SchoolChosen(session_id=session.session_id, **who, outcome="no_role"))
        raise refusals.NotYourRole
    await store.put_acting(tx, session.session_id, wanted)
    who = indexed(session.account_id, chosen)
    await tx.emit(SchoolChosen(session_id=session.session_id, **who, outcome="chosen"))
    return await _shown(tx, replace(session, acting=wanted), settings)


async def issue_token(tx: Tx, secret: str, ask: AskToken, settings: Settings) -> Token:
    """A token of five minutes for one service; session, account and role are asked in this same transaction.

    Raises SessionOver; NobodyActing where nothing was chosen or the role is no longer held; ActingChanged where the
    session acts in another role or for another school than the form that asks was made for.
    """
    session = await _live(tx, secret, settings)
    acting = await held_now(tx, session)
    if acting is None:
        raise refusals.NobodyActing
    if ask.role is not None and Acting(ask.role, ask.school) != acting.acting:
        raise refusals.ActingChanged
    now_s = int(tx.now.timestamp())
    caller = _caller(session, acting)
    token = tokens.sign(await keys.signing_key(tx, settings), caller, ask.audience, now_s, uuid4())
    return Token(token=token, expires_at=datetime.fromtimestamp(now_s + tokens.LIFE_S, UTC))


def _caller(session: Session, acting: Held) -> tokens.Caller:
    return tokens.Caller(
        account=session.account_id,
        session=session.session_id,
        role=acting.role,
        school=acting.school,
        agreement=acting.agreement,
        account_revision=acting.account_revision,
        school_revision=acting.school_revision,
    )


async def sign_out(tx: Tx, secret: str, settings: Settings) -> None:
    """End the session. One that is over already, or unknown, is left as it is: the person is signed out."""
    session = await store.session_locked(tx, sealing.digest(secret))
    if session and session.ended_at is None:
        acts(tx, session.account_id)
        await end(tx, session, "signed_out", settings)


async def end_overdue(tx: Tx, settings: Settings) -> int:
    """End sessions whose time is up, a batch at a time; how many."""
    overdue = await store.overdue_sessions_locked(tx, settings.idle, settings.life, OVERDUE_BATCH)
    for session in overdue:
        await end(tx, session, "time", settings)
    return len(overdue)


async def forget_long_ended(tx: Tx) -> int:
    """Say tombstones for sessions that ended long ago, a batch at a time; how many."""
    ids = await store.forget_ended_sessions(tx, tx.now - ENDED_KEPT, ENDED_BATCH)
    await tx.forget(said.Session, *(str(id) for id in ids))
    return len(ids)


async def end_all(tx: Tx, account_id: UUID, settings: Settings) -> None:
    """End every session of an account because its access ended; its own fact says so, not one for each."""
    for session in await store.live_sessions_locked(tx, account_id):
        await _put_ended(tx, session, "access_ended", settings)


async def end(tx: Tx, session: Session, why: Why, settings: Settings) -> None:
    """End one session, whose row is locked, and say so."""
    outcome = "expired" if why == "time" else "signed_out"
    who = await indexed_acting(tx, session.account_id, session.acting)
    await tx.emit(SignedOut(session_id=session.session_id, **who, outcome=outcome))
    await _put_ended(tx, session, why, settings)


async def _put_ended(tx: Tx, session: Session, why: Why, settings: Settings) -> None:
    revision = domain.next_revision(session.revision, settings.epoch)
    await store.put_ended(tx, session.session_id, why, revision)
    await tx.emit(
        said.Session(
            session_id=session.session_id,
            account_id=session.account_id,
            ended_at=tx.now,
            ended=True,
            revision=revision,
        )
    )


async def _live(tx: Tx, secret: str, settings: Settings) -> Session:
    """The session of this secret, locked until the commit: it cannot end while it is being used.

    Disabling an account ends its sessions in its own transaction, so a live session is one of a live account.
    """
    session = await store.session_locked(tx, sealing.digest(secret))
    if session is None:
        raise refusals.SessionOver("time")  # never was, or ended long ago
    if session.ended_why:
        raise refusals.SessionOver(session.ended_why)
    if domain.overdue(session, tx.now, settings.idle, settings.life):
        await end(tx, session, "time", settings)
        raise refusals.SessionOver("time")
    acts(tx, session.account_id)
    if tx.now - session.seen_at >= domain.SEEN_EVERY:
        await store.put_seen(tx, session.session_id)
        return replace(session, seen_at=tx.now)
    return session


async def _shown(tx: Tx, session: Session, settings: Settings) -> SessionShown:
    account = await store.account(tx, session.account_id)
    assert account is not None
    held = await store.held(tx, session.account_id)
    acting = domain.held_for(session.acting, held)
    lost = await _lost(tx, session.account_id, session.acting) if session.acting and acting is None else None
    return SessionShown(
        account_id=account.account_id,
        session_id=session.session_id,
        name=account.name,
        email=account.email,
        acting=ActingShown.model_validate(acting, from_attributes=True) if acting else None,
        lost=lost,
        roles=[RoleShown.model_validate(h, from_attributes=True) for h in held],
        ends_at=domain.ends_at(session, settings.idle, settings.life),
    )


async def _lost(tx: Tx, account_id: UUID, acting: Acting) -> LostShown:
    school = await store.school(tx, acting.school) if acting.school else None
    why = domain.why_lost(acting in await store.roles(tx, account_id), school)
    return LostShown(role=acting.role, school=acting.school, school_name=school.name if school else None, why=why)
