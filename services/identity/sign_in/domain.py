"""The rules of signing in: how many guesses, which codes, how identity refuses one. Pure.

Wrong guesses are counted for one account and one origin. An origin is the device, if the account has signed in on it
before (its cookie holds a secret that says so), else the client's network address, as a hash that the gateway made.
A device, and an address from which the account has signed in before, are *known*; all others are strangers.

- One origin may make GUESSES_MAX wrong guesses at one account in WINDOW. Each known origin is counted apart, so its
  owner gets in there whatever strangers do elsewhere, and on their device even from the strangers' own address.
- All strangers together may make STRANGE_GUESSES_MAX at one account, and one stranger CLIENT_GUESSES_MAX at all.
- While guesses rise everywhere, strangers wait a little for each answer.

An email address that nobody has is counted like one that somebody has: so the limit tells nobody who has an account.
So is the right password of a disabled account: if it were not, the missing limit would tell that it was right.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import pyotp

from shared.database.refusal import Refusal

GuessKind = Literal["password", "code"]

WINDOW = timedelta(minutes=5)
DAY = timedelta(hours=24)
GUESSES_MAX = 10
STRANGE_GUESSES_MAX: dict[GuessKind, int] = {"password": 50, "code": 10}
CODE_DAY_MAX = 50  # whoever guesses codes has the password: in a day, 50 guesses at 3 of a million codes
CLIENT_GUESSES_MAX = 100
CALM_MAX = 200  # wrong guesses in WINDOW, everywhere, that are ordinary
PAUSE_STEP_S = 0.01
PAUSE_MAX_S = 2.0
KNOWN_FOR = timedelta(days=90)
DEVICES_SHARED_MAX = 20  # accounts that a computer of many people still knows when one more signs in on it
UNCHECKED = ("too_many", "used_code", "challenge_over")
"""Outcomes of refusals that check no proof, so that there may be any number: those of a minute are gathered."""

CHALLENGE_LIFE = timedelta(minutes=10)
CHALLENGE_GUESSES_MAX = 5

STEP_S = 30
STEPS_EITHER_SIDE = 1
PASSWORD_MIN = 12


class SignInRefusal(Refusal):
    """The email address or password is not right. Check both and try again."""

    problem = "sign-in-refused"  # SignInRefused is the fact


class TooManyTries(Refusal):
    """There have been too many tries. Wait 5 minutes, then try again."""


class CodeRefused(Refusal):
    """The code is not right. Check your authenticator app and try again."""


class CodeUsed(Refusal):
    """That code has been used. Wait for the next one."""


class ChallengeOver(Refusal):
    """This sign-in has taken too long or had too many wrong codes. Start again."""


class Busy(Refusal):
    """Very many people are signing in. Try again in a minute."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account proves itself with: its password's hash (PHC string) and its time code's secret, sealed."""

    account_id: UUID
    email: str
    password_hash: str
    code_sealed: bytes
    used_step: int | None
    """The last 30 seconds whose code was used."""
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: the address as the gateway hashed it, and the device's secret, if it has one."""

    client: str = ""
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """The origin that a guess is counted for: `client` is `device_origin` or an address; and whether it is known."""

    client: str
    known: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many guesses were wrong or are not checked yet; the first three are of one kind at one account."""

    here: int
    """From this origin, in WINDOW."""
    strangers: int
    """From all unknown origins together, in WINDOW."""
    day: int
    """In DAY: from this origin if it is known, else from all unknown ones."""
    client: int
    """From this origin at all accounts, in WINDOW."""
    everywhere: int
    """At all accounts from all origins, in WINDOW."""


def too_many(kind: GuessKind, known: bool, tally: Tally) -> bool:
    """Whether one more guess must be refused, unchecked."""
    if tally.here >= GUESSES_MAX or (kind == "code" and tally.day >= CODE_DAY_MAX):
        return True
    return not known and (tally.strangers >= STRANGE_GUESSES_MAX[kind] or tally.client >= CLIENT_GUESSES_MAX)


def pause_s(known: bool, tally: Tally) -> float:
    """How long an answer to a stranger is held back while guesses rise everywhere."""
    return 0.0 if known else min(PAUSE_MAX_S, PAUSE_STEP_S * max(0, tally.everywhere - CALM_MAX))


def step(at: datetime) -> int:
    """The number of the 30 seconds in which `at` lies (RFC 6238, T0 = 1970)."""
    return int(at.timestamp()) // STEP_S


def code_of(secret: str, number: int) -> str:
    """The code of this step, six digits. `secret` is base32, as authenticator apps take it."""
    return pyotp.TOTP(secret, interval=STEP_S).generate_otp(number)


def step_proved(secret: str, code: str, at: datetime, used_step: int | None) -> tuple[int | None, bool]:
    """Which step this is the code of, and whether it is fresh: later than the last step that was used.

    Codes of one step either side of now are taken too, for clocks that differ. (None, False): the code is wrong.
    """
    now = step(at)
    around = range(now - STEPS_EITHER_SIDE, now + STEPS_EITHER_SIDE + 1)
    proved = [n for n in around if hmac.compare_digest(code_of(secret, n).encode(), code.encode())]
    fresh = [n for n in proved if used_step is None or n > used_step]
    return next(iter(fresh or proved), None), bool(fresh)


def device_origin(secret_hash: bytes) -> str:
    """The name of a device as an origin; it has a colon, which no hash of an address has."""
    return f"device:{secret_hash.hex()}"


def code_place(account_id: UUID) -> str:
    """The place that an account's time-code secret is sealed for (see `sealing.seal`)."""
    return f"account/{account_id}"


@dataclass(frozen=True, slots=True)
class GatheredTries:
    """Refused tries of one minute, origin, account and outcome. The first was emitted at once; `more` followed it."""

    attempt_id: UUID
    actor: UUID | None
    outcome: str
    more: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """A right password, waiting for its code."""

    challenge_id: UUID
    account_id: UUID
    made_at: datetime
    guesses: int


def over(challenge: Challenge, now: datetime) -> bool:
    """Whether no code is taken for this challenge any more: too old, or too many wrong codes."""
    return challenge.guesses >= CHALLENGE_GUESSES_MAX or now - challenge.made_at >= CHALLENGE_LIFE
