"""What is done with a session: shown, exchanged for tokens, ended. Its state is emitted under its row's lock."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

from services.identity import sealing
from services.identity.acting.commands import lost_role, usable_roles, who_acted
from services.identity.acting.domain import UsableRole, usable, who
from services.identity.batches import in_batches
from services.identity.keys.commands import signing_key
from services.identity.sessions import domain, store
from services.identity.sessions.domain import Audience, SessionOver, SessionRow, WhyEnded
from services.identity.settings import Settings
from shared.contracts.identity import AccessToken, RoleHeld, SchoolChosen, Session, SignedIn, SignedInPerson, SignedOut
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.revisions import next_revision
from shared.web import tokens

OVERDUE_BATCH = 200
ENDED_BATCH = 500


async def begin(tx: Tx, account_id: UUID, settings: Settings) -> str:
    """Begin a session of an account that has just proved who it is; returns its secret.

    An account with one usable role acts in it from the start.
    """
    _acts(tx, account_id)
    roles = await usable_roles(tx, account_id)
    only = roles[0] if len(roles) == 1 else None
    revision = next_revision(0, settings.epoch)
    role, school = (only.role, only.school) if only else (None, None)
    session = SessionRow(uuid4(), account_id, role, school, tx.now, tx.now, None, None, revision)
    secret = sealing.new_secret()
    await store.add_session(tx, session, sealing.digest(secret))
    await tx.emit(
        SignedIn(session_id=session.session_id, **who(account_id, only), outcome="signed_in"),
        Session(session_id=session.session_id, account_id=account_id, revision=revision),
    )
    return secret


async def show(tx: Tx, secret: str, settings: Settings) -> SignedInPerson:
    """The session of this secret, with its person. Raises SessionOver."""
    return await _details(tx, await _live(tx, secret, settings), settings)


async def choose_role(tx: Tx, secret: str, wanted: RoleHeld, settings: Settings) -> SignedInPerson:
    """Act in another role or for another school. Raises SessionOver, NotYourRole."""
    session = await _live(tx, secret, settings)
    chosen = usable(wanted, await usable_roles(tx, session.account_id))
    if chosen is None:
        tried = {"actor": session.account_id, "role": wanted.role, "school": wanted.school}
        await tx.emit(SchoolChosen(session_id=session.session_id, **tried, outcome="no_role"))
        raise domain.NotYourRole
    await store.put_acting(tx, session.session_id, wanted)
    await tx.emit(SchoolChosen(session_id=session.session_id, **who(session.account_id, chosen), outcome="chosen"))
    return await _details(tx, replace(session, acting_role=wanted.role, acting_school=wanted.school), settings)


async def issue_token(
    tx: Tx, secret: str, audience: Audience, made_for: RoleHeld | None, settings: Settings
) -> AccessToken:
    """A token of five minutes for one service. Session, account and role are checked in this same transaction.

    `made_for` is the role for which the form that asks was made; None: it does not say. Raises SessionOver;
    NobodyActing if no role was chosen or it is not usable any more; ActingChanged if the session acts in another role
    than `made_for`.
    """
    session = await _live(tx, secret, settings)
    acting = usable(session.acting, await usable_roles(tx, session.account_id))
    if acting is None:
        raise domain.NobodyActing
    if made_for is not None and made_for != acting.held:
        raise domain.ActingChanged
    now_s = int(tx.now.timestamp())
    token = tokens.sign(await signing_key(tx, settings), _caller(session, acting), audience, now_s, uuid4())
    return AccessToken(token=token, expires_at=datetime.fromtimestamp(now_s + tokens.LIFE_S, UTC))


def _caller(session: SessionRow, acting: UsableRole) -> tokens.Caller:
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
    """End the session. One that has ended already or is unknown is no error: the person is signed out."""
    session = await store.session_locked(tx, sealing.digest(secret))
    if session and session.ended_at is None:
        _acts(tx, session.account_id)
        await _end(tx, session, "signed_out", settings)


async def end_overdue(database: Database, settings: Settings) -> None:
    """Periodic work: end the sessions whose time is up."""
    await in_batches(database, partial(end_overdue_batch, settings=settings), "sessions")


async def end_overdue_batch(tx: Tx, settings: Settings) -> int:
    """End up to OVERDUE_BATCH sessions whose time is up; returns how many."""
    overdue = await store.overdue_sessions_locked(tx, settings.idle, settings.life, OVERDUE_BATCH)
    for session in overdue:
        await _end(tx, session, "time", settings)
    return len(overdue)


async def forget_ended(database: Database, settings: Settings) -> None:
    """Periodic work: delete the sessions that ended long ago, here and in Kafka."""
    await in_batches(database, forget_ended_batch, "sessions")


async def forget_ended_batch(tx: Tx) -> int:
    """Delete up to ENDED_BATCH of them and emit a tombstone for each; returns how many."""
    ids = await store.forget_ended_sessions(tx, tx.now - domain.ENDED_KEPT, ENDED_BATCH)
    await tx.forget(Session, *(str(id) for id in ids))
    return len(ids)


async def end_all(tx: Tx, account_id: UUID, settings: Settings) -> None:
    """End every session of an account whose access ends. The caller emits the fact of that; no SignedOut is emitted."""
    for session in await store.live_sessions_locked(tx, account_id):
        await _put_ended(tx, session, "access_ended", settings)


async def _end(tx: Tx, session: SessionRow, why: WhyEnded, settings: Settings) -> None:
    """End one session, whose row is locked, and emit SignedOut."""
    outcome = "expired" if why == "time" else "signed_out"
    by = await who_acted(tx, session.account_id, session.acting)
    await tx.emit(SignedOut(session_id=session.session_id, **by, outcome=outcome))
    await _put_ended(tx, session, why, settings)


async def _put_ended(tx: Tx, session: SessionRow, why: WhyEnded, settings: Settings) -> None:
    revision = next_revision(session.revision, settings.epoch)
    await store.put_ended(tx, session.session_id, why, revision)
    await tx.emit(
        Session(
            session_id=session.session_id,
            account_id=session.account_id,
            ended_at=tx.now,
            ended=True,
            revision=revision,
        )
    )


async def _live(tx: Tx, secret: str, settings: Settings) -> SessionRow:
    """The session of this secret, its row locked until the commit, so that it cannot end while it is in use.

    Disabling an account ends its sessions in the same transaction, so the account of a live session is not disabled.
    Raises SessionOver.
    """
    session = await store.session_locked(tx, sealing.digest(secret))
    if session is None:
        raise SessionOver("time")  # there never was one, or it ended long ago
    if session.ended_why:
        raise SessionOver(session.ended_why)
    if domain.overdue(session, tx.now, settings.idle, settings.life):
        await _end(tx, session, "time", settings)
        raise SessionOver("time")
    _acts(tx, session.account_id)
    if tx.now - session.seen_at >= domain.SEEN_EVERY:
        await store.put_seen(tx, session.session_id)
        return replace(session, seen_at=tx.now)
    return session


def _acts(tx: Tx, account_id: UUID) -> None:
    """From here on this transaction's events are caused by this person: a secret of theirs has just been proved."""
    tx.cause = replace(tx.cause, actor=str(account_id))


async def _details(tx: Tx, session: SessionRow, settings: Settings) -> SignedInPerson:
    name, email = await store.person(tx, session.account_id)
    roles = await usable_roles(tx, session.account_id)
    acting = usable(session.acting, roles)
    return SignedInPerson(
        session_id=session.session_id,
        account_id=session.account_id,
        name=name,
        email=email,
        acting=acting,
        lost=await lost_role(tx, session.account_id, session.acting) if session.acting and acting is None else None,
        roles=tuple(roles),
        ends_at=domain.ends_at(session, settings.idle, settings.life),
    )
