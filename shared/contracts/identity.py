"""Events owned by the identity service: who people are, and when they may act. And what it answers to the gateway."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts import Answer, Fact, Part, Role, State, Urn, among

ANSWERS = True  # over HTTP, to whoever has an access token for it


class SignedIn(Fact, key="session_id"):
    """A person proved password and second factor and has a session. Outcome: `signed_in`."""

    session_id: UUID


class SignInRefused(Fact, key="attempt_id"):
    """A sign-in did not succeed.

    Outcome: `wrong_password`, `wrong_code`, `used_code`, `too_many`, `disabled`, `challenge_over`. Of `too_many`,
    `used_code` and `challenge_over`, which no limit ends, the first in a minute from one origin is emitted at once;
    those that follow it there are one fact with their number, of the same attempt, when the minute is over.
    """

    attempt_id: UUID
    tries: int = 1
    """How many refused tries this tells of."""


class SchoolChosen(Fact, key="session_id"):
    """A person with roles at several schools chose the one to act for. Outcome: `chosen` or `no_role`."""

    session_id: UUID


class SignedOut(Fact, key="session_id"):
    """A session ended. Outcome: `signed_out` or `expired`."""

    session_id: UUID


class AccountDisabled(Fact, key="account_id"):
    """An account may no longer act; every session of it ends. Outcome: `disabled` or `already_disabled`."""

    account_id: UUID


class DisablingRefused(Fact, key="account_id"):
    """A person tried to disable an account that is not theirs to disable, or is not there. Outcome: `not_allowed`."""

    account_id: UUID


class RoleHeld(Part):
    """A role at a school, or (school None) at the council."""

    role: Role
    school: Urn | None = None


class AccountOpened(Fact, key="account_id"):
    """A person may sign in, and act in this role. Outcome: `opened`."""

    account_id: UUID
    given: RoleHeld


class RoleRemoved(Fact, key="account_id"):
    """An account may no longer act in this role. Outcome: `removed`, or `not_held` where it did not hold it."""

    account_id: UUID
    removed: RoleHeld


class RoleRemovalRefused(Fact, key="account_id"):
    """A person tried to remove a role that is not theirs to remove, or of an account that is not there.

    Outcome: `not_allowed`.
    """

    account_id: UUID
    wanted: RoleHeld


class SchoolAdmitted(Fact, key="urn"):
    """A school is under an agreement of this version, so that it may be acted for.

    Outcome: `admitted`, `already_admitted` where it was under it before, `no_such_school` where it is not known.
    """

    urn: Urn
    version: str


class SchoolSuspended(Fact, key="urn"):
    """Nobody may act for this school until it is resumed. Outcome: `suspended` or `already_suspended`."""

    urn: Urn


class SchoolResumed(Fact, key="urn"):
    """A suspended school may be acted for again. Outcome: `resumed` or `already_live`."""

    urn: Urn


class AgreementEnded(Fact, key="urn"):
    """A school is under no agreement any more, so nobody may act for it. Outcome: `ended` or `already_ended`."""

    urn: Urn
    version: str | None = None
    """The agreement that was in force till then."""


class SchoolChangeRefused(Fact, key="urn"):
    """Somebody tried to suspend, resume or end the agreement of a school that is not there.

    Outcome: `no_such_school`.
    """

    urn: Urn
    wanted: Literal["suspend", "resume", "end_agreement"]


AgreementOption = Literal["changed_since", "roll_list", "team_told"]
"""What an agreement may allow beyond searching, each off until the council switches it on for that school: leads are
told of changes since they looked; they may list the roll's children with a worker; a worker's team is told who looked.
"""


class AgreementOptionSwitched(Fact, key="urn"):
    """The council switched an option of a school's agreement. Outcome: `on`, `off`, `already_on` or `already_off`."""

    urn: Urn
    option: AgreementOption


class AgreementOptionRefused(Fact, key="urn"):
    """Somebody tried to switch an option for a school that is not there or is under no agreement.

    Outcome: `no_such_school` or `no_agreement`.
    """

    urn: Urn
    option: AgreementOption


class Session(State, key="session_id"):
    """One sign-in of one account. `ended_at` set: its tokens are refused everywhere."""

    session_id: UUID
    account_id: UUID
    ended_at: datetime | None = None


class Account(State, key="account_id"):
    """A person who may sign in, and as what. `disabled_at` set: no token of it is accepted anywhere; nor is one for a
    role that is not among these."""

    account_id: UUID
    name: str
    roles: tuple[RoleHeld, ...] = ()
    disabled_at: datetime | None = None
    email: str | None = None
    """Where this person can be written to; None: of a state that was emitted before this was in it."""


class School(State, key="urn"):
    """A school that may use the portal, and the version of the operational agreement it acts under.

    Suspended, or under no agreement or another: no token made for it before is accepted anywhere.
    """

    urn: Urn
    name: str
    agreement: str | None = None
    agreement_named: str | None = None
    """What that agreement is called, for people."""
    agreement_since: datetime | None = None
    """Since when its text is in force."""
    status: Literal["live", "suspended"] = "live"
    options: tuple[str, ...] = ()
    """Which `AgreementOption`s are on, besides others that a reader does not know yet. They end with the agreement."""


class Place(Answer):
    """A role, and where it is held: at a school, or (school None) at the council."""

    role: Role
    school: str | None = None
    school_name: str | None = None


class ActingPlace(Place):
    """What somebody acts as. `options`: what its school's agreement allows beyond searching (AgreementOption)."""

    agreement: str | None = None
    options: tuple[str, ...] = ()


WhyLost = Literal["role_removed", "school_suspended", "agreement_ended"]


class LostPlace(Place):
    """What somebody acted as until it was taken away."""

    why: Annotated[str, among(WhyLost)]


class SignedInPerson(Answer):
    """Who is signed in. `acting` None: no role was chosen yet, or `lost` says why it may be acted in no longer."""

    account_id: UUID
    session_id: UUID
    name: str
    email: str
    acting: ActingPlace | None = None
    lost: LostPlace | None = None
    roles: tuple[Place, ...] = ()
    """Those that may be chosen."""
    ends_at: AwareDatetime | None = None
    """When the sign-in ends by itself if nothing is opened or sent before."""


class AccessToken(Answer):
    """A signed token for one service, as it goes into an Authorization header."""

    token: str
    expires_at: datetime | None = None


class ChallengeGiven(Answer):
    """What a right password gives: to enter the code for."""

    challenge: str


class Proved(Answer):
    """A sign-in that is whole: its session's secret, and the one by which its device is known from now on."""

    session: str
    device: str | None = None
