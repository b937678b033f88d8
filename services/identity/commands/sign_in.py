"""Signing in: a password, then a time code. Every outcome is a fact, and is committed before it is told."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from pydantic import Field, SecretStr

from services.identity import domain, sealing, store, store_guesses
from services.identity.commands import refusals
from services.identity.commands.facts import acts, indexed
from services.identity.commands.refused import refuse
from services.identity.domain import Account, Bucket, Challenge, Kind, Origin, Session, code_place
from services.identity.settings import Settings
from shared.contracts import identity as said
from shared.contracts.identity import SignedIn
from shared.database.tx import Tx
from shared.web.body import Body


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
    bucket: Bucket
    pause_s: float


@dataclass(frozen=True, slots=True)
class Entered:
    """A sign-in that is whole: the secret of its session, and the secret by which its device is known from now on."""

    session: str
    device: str


async def weigh(tx: Tx, email: str, origin: Origin, settings: Settings) -> Guess:
    """Count a guess at a password before it is checked: what is checked at once by the hundred is counted too.

    Raises TooManyTries, alike for an address that nobody has.
    """
    address = domain.normalised(email)
    return await _counted(tx, await store.account_of(tx, address), address, origin, "password", settings)


async def sign_in(tx: Tx, guess: Guess, right: bool | None) -> str:
    """What a checked password leads to: the secret of a challenge to enter the code for.

    Wrong pair, unknown address and disabled account are one refusal. `right` None (not checked): Busy, not counted.
    """
    if right is None:
        await store_guesses.forget_guess(tx, guess.guess_id)
        raise refusals.Busy
    account = await store.account(tx, guess.account.account_id) if guess.account else None
    if not right or account is None or guess.account is None:
        await refuse(tx, guess.guess_id, account, guess.bucket.client, "wrong_password")
        raise refusals.SignInRefused
    if account.disabled_at:
        await refuse(tx, guess.guess_id, account, guess.bucket.client, "disabled")
        raise refusals.SignInRefused
    await store_guesses.forget_guess(tx, guess.guess_id)
    secret = sealing.new_secret()
    await store.add_challenge(tx, uuid4(), sealing.digest(secret), account.account_id)
    return secret


async def enter_code(tx: Tx, ask: EnterCode, origin: Origin, settings: Settings) -> Entered:
    """Prove the second factor; gives the secret of a new session, and the device's.

    Under the account's lock from here on: of two that enter the same code at once, one is told that it was used.
    """
    secret_hash = sealing.digest(ask.challenge.get_secret_value())
    first = await store.challenge(tx, secret_hash)
    account = await store.account_locked(tx, first.account_id) if first else None
    challenge = await store.challenge(tx, secret_hash)
    if account is None or challenge is None:
        raise refusals.ChallengeOver
    if domain.over(challenge, tx.now) or account.disabled_at:
        await refuse(tx, uuid4(), account, origin.client, "disabled" if account.disabled_at else "challenge_over")
        raise refusals.ChallengeOver
    guess = await _counted(tx, account, account.email, origin, "code", settings)
    await _prove(tx, account, challenge, guess, domain.digits(ask.code.get_secret_value()), settings)
    acts(tx, account.account_id)
    await store_guesses.forget_guess(tx, guess.guess_id)
    await store.forget_challenge(tx, challenge.challenge_id)
    if origin.client:
        await store_guesses.put_origin(tx, guess.subject, origin.client)
    return Entered(await _begin_session(tx, account, settings), await _known_from_now(tx, guess.subject, origin))


async def _known_from_now(tx: Tx, subject: bytes, origin: Origin) -> str:
    """The device's secret. One by which this account is not known is not taken over: it may be somebody else's, put
    there. The device gets a new one, by which those that the old one is known for are known too.
    """
    old = sealing.digest(origin.device) if origin.device else None
    if origin.device and old and await store_guesses.is_known_device(tx, subject, old):
        await store_guesses.put_device(tx, subject, old)
        return origin.device
    secret = sealing.new_secret()
    if old:
        await store_guesses.copy_device(tx, old, sealing.digest(secret))
    await store_guesses.put_device(tx, subject, sealing.digest(secret))
    return secret


async def _counted(
    tx: Tx, account: Account | None, address: str, origin: Origin, kind: Kind, settings: Settings
) -> Guess:
    subject = sealing.keyed(settings.sealing_bytes, address)
    await store_guesses.lock_subject(tx, subject)
    bucket = await _bucket(tx, subject, origin)
    tally = await store_guesses.tally(tx, subject, bucket, kind)
    guess = Guess(uuid4(), subject, account, bucket, domain.pause_s(bucket.known, tally))
    if domain.too_many(kind, bucket.known, tally):
        await refuse(tx, guess.guess_id, account, bucket.client, "too_many")
        raise refusals.TooManyTries
    await store_guesses.add_guess(tx, guess.guess_id, subject, bucket, kind)
    return guess


async def _bucket(tx: Tx, subject: bytes, origin: Origin) -> Bucket:
    if origin.device:
        secret_hash = sealing.digest(origin.device)
        if await store_guesses.is_known_device(tx, subject, secret_hash):
            return Bucket(domain.device_origin(secret_hash), known=True)
    return Bucket(origin.client, await store_guesses.is_known(tx, subject, origin.client))


async def _prove(tx: Tx, account: Account, challenge: Challenge, guess: Guess, code: str, settings: Settings) -> None:
    """A code that was used before is refused, but is no wrong guess: who sends a form twice is not locked out."""
    secret = sealing.unseal(settings.sealing_bytes, account.code_sealed, code_place(account.account_id)).decode()
    step, fresh = domain.step_proved(secret, code, tx.now, account.used_step)
    if step is None:
        await store.count_on_challenge(tx, challenge.challenge_id)
        await refuse(tx, guess.guess_id, account, guess.bucket.client, "wrong_code")
        raise refusals.CodeRefused
    if not fresh:
        await store_guesses.forget_guess(tx, guess.guess_id)
        await refuse(tx, guess.guess_id, account, guess.bucket.client, "used_code")
        raise refusals.CodeUsed
    await store.put_used_step(tx, account.account_id, step)


async def _begin_session(tx: Tx, account: Account, settings: Settings) -> str:
    """An account with one role acts in it from the start."""
    roles = await store.held(tx, account.account_id)
    held = roles[0] if len(roles) == 1 else None
    revision = domain.next_revision(0, settings.epoch)
    acting = held.acting if held else None
    session = Session(uuid4(), account.account_id, acting, tx.now, tx.now, None, None, revision)
    secret = sealing.new_secret()
    await store.add_session(tx, session, sealing.digest(secret))
    await tx.emit(
        SignedIn(session_id=session.session_id, **indexed(account.account_id, held), outcome="signed_in"),
        said.Session(session_id=session.session_id, account_id=account.account_id, revision=revision),
    )
    return secret
