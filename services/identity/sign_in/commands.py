"""Signing in: a password, then a time code. Every outcome is a fact, committed before the person is told."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from services.identity import sealing
from services.identity.batches import in_batches
from services.identity.sessions import commands as sessions
from services.identity.settings import Settings
from services.identity.sign_in import domain, store
from services.identity.sign_in.domain import Bucket, Challenge, Credentials, GuessKind, Origin
from shared import typed
from shared.contracts.identity import Proved, SignInRefused
from shared.database.pool import Database
from shared.database.tx import Tx

GATHERED_BATCH = 500


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess that has been counted and may be checked."""

    guess_id: UUID
    subject: bytes
    """The email address, as a keyed hash: what guesses are counted by."""
    account: Credentials | None
    """None: nobody has this email address."""
    bucket: Bucket
    pause_s: float
    """How long its answer is held back."""


async def count_guess(tx: Tx, email: str, origin: Origin, settings: Settings) -> Guess:
    """Count a guess at a password. In a transaction before the check, so that guesses made at once are counted too.

    Raises TooManyTries, also for an email address that nobody has.
    """
    address = typed.email(email)
    return await _counted(tx, await store.credentials_of(tx, address), address, origin, "password", settings)


async def answer_password(tx: Tx, guess: Guess, right: bool | None) -> str:
    """Answer a guess at a password after its check; returns the secret of a challenge, to enter the code for.

    Raises SignInRefusal, the same for a wrong password, an unknown address and a disabled account; Busy if the
    password could not be checked (`right` None): then the guess does not count.
    """
    if right is None:
        await store.forget_guess(tx, guess.guess_id)
        raise domain.Busy
    account = await store.credentials(tx, guess.account.account_id) if guess.account else None
    if not right or account is None:
        await _refuse(tx, guess.guess_id, account, guess.bucket.client, "wrong_password")
        raise domain.SignInRefusal
    if account.disabled_at:
        await _refuse(tx, guess.guess_id, account, guess.bucket.client, "disabled")
        raise domain.SignInRefusal
    await store.forget_guess(tx, guess.guess_id)
    secret = sealing.new_secret()
    await store.add_challenge(tx, uuid4(), sealing.digest(secret), account.account_id)
    return secret


async def enter_code(tx: Tx, challenge_secret: str, code: str, origin: Origin, settings: Settings) -> Proved:
    """Enter the time code for a challenge; begins a session. Raises ChallengeOver, TooManyTries, CodeRefused, CodeUsed.

    The account's row is locked first: if two enter the same code at once, the second is told that it was used.
    """
    secret_hash = sealing.digest(challenge_secret)
    first = await store.challenge(tx, secret_hash)
    account = await store.credentials_locked(tx, first.account_id) if first else None
    challenge = await store.challenge(tx, secret_hash)
    if account is None or challenge is None:
        raise domain.ChallengeOver
    if domain.over(challenge, tx.now) or account.disabled_at:
        await _refuse(tx, uuid4(), account, origin.client, "disabled" if account.disabled_at else "challenge_over")
        raise domain.ChallengeOver
    guess = await _counted(tx, account, account.email, origin, "code", settings)
    await _prove(tx, account, challenge, guess, typed.code(code), settings)
    await store.forget_guess(tx, guess.guess_id)
    await store.forget_challenge(tx, challenge.challenge_id)
    if origin.client:
        await store.put_origin(tx, guess.subject, origin.client)
    session = await sessions.begin(tx, account.account_id, settings)
    return Proved(session=session, device=await _known_from_now(tx, guess.subject, origin))


async def _known_from_now(tx: Tx, subject: bytes, origin: Origin) -> str:
    """The secret by which this device is known from now on: its old one, if this account was known by it.

    Any other secret is replaced, for a stranger may have put it there to be known as this account afterwards. The
    accounts that were known by it are known by the new one too.
    """
    old = sealing.digest(origin.device) if origin.device else None
    if origin.device and old and await store.is_known_device(tx, subject, old):
        await store.put_device(tx, subject, old)
        return origin.device
    secret = sealing.new_secret()
    if old:
        await store.copy_device(tx, old, sealing.digest(secret))
    await store.put_device(tx, subject, sealing.digest(secret))
    return secret


async def _counted(
    tx: Tx, account: Credentials | None, address: str, origin: Origin, kind: GuessKind, settings: Settings
) -> Guess:
    subject = sealing.keyed(settings.sealing_bytes, address)
    await store.lock_subject(tx, subject)
    bucket = await _bucket(tx, subject, origin)
    tally = await store.tally(tx, subject, bucket, kind)
    guess = Guess(uuid4(), subject, account, bucket, domain.pause_s(bucket.known, tally))
    if domain.too_many(kind, bucket.known, tally):
        await _refuse(tx, guess.guess_id, account, bucket.client, "too_many")
        raise domain.TooManyTries
    await store.add_guess(tx, guess.guess_id, subject, bucket, kind)
    return guess


async def _bucket(tx: Tx, subject: bytes, origin: Origin) -> Bucket:
    if origin.device:
        secret_hash = sealing.digest(origin.device)
        if await store.is_known_device(tx, subject, secret_hash):
            return Bucket(domain.device_origin(secret_hash), known=True)
    return Bucket(origin.client, await store.is_known(tx, subject, origin.client))


async def _prove(
    tx: Tx, account: Credentials, challenge: Challenge, guess: Guess, code: str, settings: Settings
) -> None:
    """Raise CodeRefused or CodeUsed. A used code does not count as a guess: sending a form twice locks nobody out."""
    secret = sealing.unseal(settings.sealing_bytes, account.code_sealed, domain.code_place(account.account_id)).decode()
    step, fresh = domain.step_proved(secret, code, tx.now, account.used_step)
    if step is None:
        await store.count_on_challenge(tx, challenge.challenge_id)
        await _refuse(tx, guess.guess_id, account, guess.bucket.client, "wrong_code")
        raise domain.CodeRefused
    if not fresh:
        await store.forget_guess(tx, guess.guess_id)
        await _refuse(tx, guess.guess_id, account, guess.bucket.client, "used_code")
        raise domain.CodeUsed
    await store.put_used_step(tx, account.account_id, step)


async def _refuse(tx: Tx, attempt_id: UUID, account: Credentials | None, client: str, outcome: str) -> None:
    """Emit SignInRefused. Those that check nothing are gathered by minute, origin, account and outcome.

    Of these only the first is emitted here. The others are counted, in this transaction, and `emit_gathered` emits one
    fact with their number when the minute is over.
    """
    actor = account.account_id if account else None
    if outcome in domain.UNCHECKED:
        minute = tx.now.replace(second=0, microsecond=0)
        if not await store.gather(tx, attempt_id, minute, client, actor, outcome):
            return
    await tx.emit(SignInRefused(attempt_id=attempt_id, actor=actor, outcome=outcome))


async def emit_gathered(database: Database, settings: Settings) -> None:
    """Periodic work: emit the refusals that were gathered in minutes that are over."""
    await in_batches(database, emit_gathered_batch, "gathered")


async def emit_gathered_batch(tx: Tx) -> int:
    """Take out up to GATHERED_BATCH and emit them, in one transaction, so that none is lost; returns how many."""
    gathered = await store.take_gathered(tx, tx.now.replace(second=0, microsecond=0), GATHERED_BATCH)
    facts = [
        SignInRefused(attempt_id=each.attempt_id, actor=each.actor, outcome=each.outcome, tries=each.more)
        for each in gathered
        if each.more
    ]
    await tx.emit(*facts)
    return len(gathered)


def sealed_code(account_id: UUID, code_secret: str, settings: Settings) -> bytes:
    """An account's time-code secret (base32) as it is stored."""
    return sealing.seal(settings.sealing_bytes, code_secret.encode(), domain.code_place(account_id))


async def replace_proofs(tx: Tx, account_id: UUID, password_hash: str, code_secret: str, settings: Settings) -> None:
    """Give an account a new password and time-code secret. What began with the old ones ends, and no place is known."""
    account = await store.credentials_locked(tx, account_id)
    assert account is not None
    await store.put_proofs(tx, account_id, password_hash, sealed_code(account_id, code_secret, settings))
    await store.forget_challenges_of(tx, account_id)
    subject = sealing.keyed(settings.sealing_bytes, account.email)
    await store.forget_places_of(tx, subject)
    await sessions.end_all(tx, account_id, settings)


async def end_all(tx: Tx, account_id: UUID, settings: Settings) -> None:
    """End every session and every unfinished sign-in of an account. The caller emits the fact of why."""
    await store.forget_challenges_of(tx, account_id)
    await sessions.end_all(tx, account_id, settings)


async def forget_old(database: Database, settings: Settings) -> None:
    """Periodic work: delete challenges and guesses that count no more, and places that are known no more."""
    async with database.by_itself("purge") as tx:
        await store.purge(tx)
