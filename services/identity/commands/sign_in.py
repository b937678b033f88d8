"""Signing in: a password, then a time code. Every outcome is a fact, and is committed before it is told."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from pydantic import Field, SecretStr

from services.identity import domain, sealing, store
from services.identity.commands import refusals
from services.identity.commands.facts import acts, indexed
from services.identity.domain import Account, Challenge, Kind, Session, code_place
from services.identity.settings import Settings
from shared.contracts import identity as said
from shared.contracts.identity import SignedIn, SignInRefused
from shared.db import Tx
from shared.http import Body


class SignIn(Body):
    """An email address and its password."""

    email: str = Field(max_length=320)
    password: SecretStr = Field(max_length=256)


class EnterCode(Body):
    """The challenge that a right password gave, and the code that the authenticator shows."""

    challenge: SecretStr = Field(max_length=64)
    code: SecretStr = Field(max_length=32)


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess that has been counted and may be checked. `pause_s`: how long its answer is held back."""

    guess_id: UUID
    subject: bytes
    account: Account | None
    pause_s: float


async def weigh(tx: Tx, email: str, client: str, settings: Settings) -> Guess:
    """Count a guess at a password before it is checked: what is checked at once by the hundred is counted too.

    Raises TooManyTries, alike for an address that nobody has.
    """
    address = domain.normalised(email)
    return await _counted(tx, await store.account_of(tx, address), address, client, "password", settings)


async def sign_in(tx: Tx, guess: Guess, right: bool | None) -> str:
    """What a checked password leads to: the secret of a challenge to enter the code for.

    Wrong pair, unknown address and disabled account are one refusal. `right` None (not checked): Busy, not counted.
    """
    if right is None:
        await store.forget_guess(tx, guess.guess_id)
        raise refusals.Busy
    account = await store.account(tx, guess.account.account_id) if guess.account else None
    if not right or account is None or guess.account is None:
        await _refuse(tx, guess.guess_id, account, "wrong_password")
        raise refusals.SignInRefused
    if account.disabled_at:
        await _refuse(tx, guess.guess_id, account, "disabled")
        raise refusals.SignInRefused
    await store.forget_guess(tx, guess.guess_id)
    secret = sealing.new_secret()
    await store.add_challenge(tx, uuid4(), sealing.digest(secret), account.account_id)
    return secret


async def enter_code(tx: Tx, ask: EnterCode, client: str, settings: Settings) -> str:
    """Prove the second factor; gives the secret of a new session.

    Under the account's lock from here on: of two that enter the same code at once, one is told that it was used.
    """
    secret_hash = sealing.digest(ask.challenge.get_secret_value())
    first = await store.challenge(tx, secret_hash)
    account = await store.account_locked(tx, first.account_id) if first else None
    challenge = await store.challenge(tx, secret_hash)
    if account is None or challenge is None:
        raise refusals.ChallengeOver
    if domain.over(challenge, tx.now) or account.disabled_at:
        await _refuse(tx, uuid4(), account, "disabled" if account.disabled_at else "challenge_over")
        raise refusals.ChallengeOver
    guess = await _counted(tx, account, account.email, client, "code", settings)
    await _prove(tx, account, challenge, guess, domain.digits(ask.code.get_secret_value()), settings)
    acts(tx, account.account_id)
    await store.forget_guess(tx, guess.guess_id)
    await store.forget_challenge(tx, challenge.challenge_id)
    if client:
        await store.put_origin(tx, guess.subject, client)
    return await _begin_session(tx, account, settings)


async def _counted(tx: Tx, account: Account | None, address: str, client: str, kind: Kind, settings: Settings) -> Guess:
    subject = sealing.keyed(settings.sealing_bytes, address)
    await store.lock_subject(tx, subject)
    known = await store.is_known(tx, subject, client)
    tally = await store.tally(tx, subject, client, kind, known)
    guess = Guess(uuid4(), subject, account, domain.pause_s(known, tally))
    if domain.too_many(kind, known, tally):
        await _refuse(tx, guess.guess_id, account, "too_many")
        raise refusals.TooManyTries
    await store.add_guess(tx, guess.guess_id, subject, client, kind, known)
    return guess


async def _prove(tx: Tx, account: Account, challenge: Challenge, guess: Guess, code: str, settings: Settings) -> None:
    secret = sealing.unseal(settings.sealing_bytes, account.code_sealed, code_place(account.account_id)).decode()
    step, fresh = domain.step_proved(secret, code, tx.now, account.used_step)
    if step is None or not fresh:
        await store.count_on_challenge(tx, challenge.challenge_id)
        await _refuse(tx, guess.guess_id, account, "wrong_code" if step is None else "used_code")
        raise refusals.CodeRefused if step is None else refusals.CodeUsed
    await store.put_used_step(tx, account.account_id, step)


async def _begin_session(tx: Tx, account: Account, settings: Settings) -> str:
    """An account with one role acts in it from the start."""
    roles = await store.held(tx, account.account_id)
    acting = roles[0] if len(roles) == 1 else None
    revision = domain.next_revision(0, settings.epoch)
    session = Session(uuid4(), account.account_id, acting, tx.now, tx.now, None, None, revision)
    secret = sealing.new_secret()
    await store.add_session(tx, session, sealing.digest(secret))
    await tx.emit(
        SignedIn(session_id=session.session_id, **indexed(account.account_id, acting), outcome="signed_in"),
        said.Session(session_id=session.session_id, account_id=account.account_id, revision=revision),
    )
    return secret


async def _refuse(tx: Tx, attempt_id: UUID, account: Account | None, outcome: str) -> None:
    actor = account.account_id if account else None
    await tx.emit(SignInRefused(attempt_id=attempt_id, actor=actor, outcome=outcome))
