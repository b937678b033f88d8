"""Who may act, and for how long: the rules of guesses, codes and sessions. Pure: nothing here waits or reads.

Guesses. At most GUESSES_MAX wrong ones in WINDOW for one account from one origin. An origin is the device, if the
account has signed in whole on it before (a secret in its cookie says so); else the client's address as the gateway
hashed it. A device, and an address from which the account has signed in before, are *known*: each has a bucket of its
own, so whatever strangers do elsewhere, and at the very address of its owner, on their device they still get in. All
unknown origins together may make STRANGE_GUESSES_MAX at one account, and one unknown origin CLIENT_GUESSES_MAX at all
accounts. When guesses rise everywhere, strangers are made to wait a little before each answer. An address without
account is counted like one with, so that the limit tells nobody who has an account. So is a right password of a
disabled account: if it were not, the limit that never comes would tell that it was right.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

import pyotp

from shared import typed
from shared.contracts import Role

Kind = Literal["password", "code"]
Why = Literal["time", "signed_out", "access_ended"]
WhyLost = Literal["role_removed", "school_suspended", "agreement_ended"]

WINDOW = timedelta(minutes=5)
DAY = timedelta(hours=24)
GUESSES_MAX = 10
STRANGE_GUESSES_MAX: dict[Kind, int] = {"password": 50, "code": 10}
CODE_DAY_MAX = 50  # whoever guesses codes has the password: in a day, 50 guesses at 3 of a million codes
CLIENT_GUESSES_MAX = 100
CALM_MAX = 200  # wrong guesses in WINDOW, everywhere, that are ordinary
PAUSE_STEP_S = 0.01
PAUSE_MAX_S = 2.0
KNOWN_FOR = timedelta(days=90)
DEVICES_SHARED_MAX = 20  # accounts that a computer of many people still knows when one more signs in on it
UNCHECKED = ("too_many", "used_code", "challenge_over")
"""Refusals that check nothing, so that no limit ends them: from one origin they are gathered, minute by minute."""

CHALLENGE_LIFE = timedelta(minutes=10)
CHALLENGE_GUESSES_MAX = 5

STEP_S = 30
STEPS_EITHER_SIDE = 1
SEEN_EVERY = timedelta(minutes=1)
PASSWORD_MIN = 12
AGREEMENT = "Operational agreement"
"""What the text that a school agrees to is called, for people."""
EPOCH_BITS = 40


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: the address as the gateway hashed it, and the device's secret, if it has one."""

    client: str = ""
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a guess at one account is counted in: a device or an address, and whether the account is known there."""

    client: str
    known: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Guesses at one account that were wrong, or are not yet known to be right."""

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


def too_many(kind: Kind, known: bool, tally: Tally) -> bool:
    """Whether one more guess must be refused, unchecked."""
    if tally.here >= GUESSES_MAX or (kind == "code" and tally.day >= CODE_DAY_MAX):
        return True
    return not known and (tally.strangers >= STRANGE_GUESSES_MAX[kind] or tally.client >= CLIENT_GUESSES_MAX)


def pause_s(known: bool, tally: Tally) -> float:
    """How long an answer to a stranger is held back while guesses rise everywhere."""
    return 0.0 if known else min(PAUSE_MAX_S, PAUSE_STEP_S * max(0, tally.everywhere - CALM_MAX))


def normalised(email: str) -> str:
    """One form of an email address: as it is compared, kept and counted."""
    return typed.email(email)


def digits(code: str) -> str:
    """A code as typed, without the spaces and hyphens that people put in."""
    return typed.code(code)


def step(at: datetime) -> int:
    """The number of the 30 seconds in which `at` lies (RFC 6238, T0 = 1970)."""
    return int(at.timestamp()) // STEP_S


def code_of(secret: str, number: int) -> str:
    return pyotp.TOTP(secret, interval=STEP_S).generate_otp(number)


def step_proved(secret: str, code: str, at: datetime, used_step: int | None) -> tuple[int | None, bool]:
    """Which step this is the code of, and whether it may still be used: a code is good once, and none before it.

    One step either side of now is taken, for clocks that differ. (None, False): it is the code of none of them.
    """
    now = step(at)
    around = range(now - STEPS_EITHER_SIDE, now + STEPS_EITHER_SIDE + 1)
    proved = [n for n in around if hmac.compare_digest(code_of(secret, n).encode(), code.encode())]
    fresh = [n for n in proved if used_step is None or n > used_step]
    return next(iter(fresh or proved), None), bool(fresh)


def device_origin(secret_hash: bytes) -> str:
    """A device as the origin of guesses: no address as the gateway hashes it looks so."""
    return f"device:{secret_hash.hex()}"


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def code_place(account_id: UUID) -> str:
    """Where an account's time-code secret is kept: it is sealed for there and opens nowhere else."""
    return f"account/{account_id}"


def next_revision(stored: int, epoch: int) -> int:
    """One more than what is stored; never less than the epoch's first, so that a restored database is not ignored."""
    return max(stored + 1, epoch << EPOCH_BITS)


def version_of(agreement: str) -> str:
    """An agreement's version: the SHA-256 of its text, hexadecimal."""
    return sha256(agreement.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class School:
    urn: str
    name: str
    agreement: str | None
    status: Literal["live", "suspended"]
    revision: int


@dataclass(frozen=True, slots=True)
class Account:
    account_id: UUID
    email: str
    name: str
    password_hash: str
    code_sealed: bytes
    used_step: int | None
    disabled_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class Acting:
    """A role, and the school where it is held (None: the council)."""

    role: Role
    school: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """A role that may be acted in now: at the council, or at a school that is live under an agreement.

    The revisions are those of the account's and the school's state in which it is so; 0 where there is no school.
    """

    role: Role
    school: str | None
    school_name: str | None
    agreement: str | None
    account_revision: int
    school_revision: int

    @property
    def acting(self) -> Acting:
        return Acting(self.role, self.school)


def held_for(acting: Acting | None, held: Sequence[Held]) -> Held | None:
    """What a session acts as, if that may still be acted in."""
    return next((each for each in held if each.acting == acting), None)


def why_lost(still_in_role: bool, school: School | None) -> WhyLost:
    """Why a role that a session acted in may be acted in no longer."""
    if not still_in_role or school is None:
        return "role_removed"
    return "school_suspended" if school.status == "suspended" else "agreement_ended"


@dataclass(frozen=True, slots=True)
class Gathered:
    """Refused tries of one minute, origin, account and outcome: `more` than the first, which was said at once."""

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
    return challenge.guesses >= CHALLENGE_GUESSES_MAX or now - challenge.made_at >= CHALLENGE_LIFE


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one account. `acting` is what was chosen; whether it is still held is asked when it matters."""

    session_id: UUID
    account_id: UUID
    acting: Acting | None
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    ended_why: Why | None
    revision: int


def overdue(session: Session, now: datetime, idle: timedelta, life: timedelta) -> bool:
    """Whether a session's time is up: unused for too long, or too old."""
    return now >= ends_at(session, idle, life)


def ends_at(session: Session, idle: timedelta, life: timedelta) -> datetime:
    """When a session's time is up if nobody uses it any more."""
    return min(session.seen_at + idle, session.started_at + life)
