"""The identity service, on one page."""

from __future__ import annotations

from services.identity.commands import refusals
from services.identity.settings import Settings
from shared.contracts.identity import (
    Account,
    AccountDisabled,
    AgreementEnded,
    DisablingRefused,
    RoleRemovalRefused,
    RoleRemoved,
    School,
    SchoolChangeRefused,
    SchoolChosen,
    SchoolResumed,
    SchoolSuspended,
    Session,
    SignedIn,
    SignedOut,
    SignInRefused,
)
from shared.manifest import Periodic, Service

service = Service(
    name="identity",
    purpose="Who people are, and when they may act: sign-in, sessions, access tokens, schools and accounts.",
    package=__package__,
    settings=Settings,
    serves=["http:open_router", "http:router"],
    emits=[
        SignedIn, SignInRefused, SchoolChosen, SignedOut, AccountDisabled, DisablingRefused, RoleRemoved,
        RoleRemovalRefused, SchoolSuspended, SchoolResumed, AgreementEnded, SchoolChangeRefused,
        Session, Account, School,
    ],
    works=[
        Periodic(name="end_overdue", every_s=30.0, work="commands.purging:end_overdue_sessions"),
        Periodic(name="tell_gathered", every_s=10.0, work="commands.purging:tell_gathered"),
        Periodic(name="forget_old", every_s=300.0, work="commands.purging:forget_old"),
    ],
    errors={
        refusals.SignInRefused: 401,
        refusals.CodeRefused: 401,
        refusals.CodeUsed: 401,
        refusals.ChallengeOver: 401,
        refusals.SessionOver: 401,
        refusals.TooManyTries: 429,
        refusals.Busy: 503,
        refusals.NotYourRole: 403,
        refusals.NobodyActing: 409,
        refusals.ActingChanged: 409,
        refusals.NotYourAccount: 404,
        refusals.NotHeld: 404,
        refusals.NoSuchSchool: 404,
        refusals.EmailTaken: 409,
    },
    shapes="http:equip",
)  # fmt: skip
