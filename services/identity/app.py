"""The identity service, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from services.identity.accounts import domain as accounts
from services.identity.accounts import http as accounts_http
from services.identity.keys import http as keys_http
from services.identity.schools import domain as schools
from services.identity.schools import http as schools_http
from services.identity.sessions import commands as sessions_work
from services.identity.sessions import domain as sessions
from services.identity.sessions import http as sessions_http
from services.identity.settings import Settings
from services.identity.sign_in import commands as sign_in_work
from services.identity.sign_in import domain as sign_in
from services.identity.sign_in import http as sign_in_http
from shared.contracts import identity as contract
from shared.service import Periodic, Service


def works(settings: Settings) -> Sequence[Periodic]:
    return tuple(
        Periodic(name=name, every_s=every_s, work=partial(work, settings=settings))
        for name, every_s, work in (
            ("end_overdue", 30.0, sessions_work.end_overdue),
            ("forget_ended", 300.0, sessions_work.forget_ended),
            ("emit_gathered", 10.0, sign_in_work.emit_gathered),
            ("forget_old", 300.0, sign_in_work.forget_old),
        )
    )


service = Service(
    name="identity",
    purpose="Who people are, and when they may act: sign-in, sessions, access tokens, schools and accounts.",
    home=Path(__file__).parent,
    settings=Settings,
    serves=[sign_in_http.router, sessions_http.router, keys_http.router, accounts_http.router, schools_http.router],
    says=[
        contract.SignedIn, contract.SignInRefused, contract.SchoolChosen, contract.SignedOut, contract.AccountDisabled,
        contract.DisablingRefused, contract.RoleRemoved, contract.RoleRemovalRefused, contract.SchoolSuspended,
        contract.SchoolResumed, contract.AgreementEnded, contract.SchoolChangeRefused,
        contract.Session, contract.Account, contract.School,
    ],
    works=works,
    errors={
        sign_in.SignInRefusal: 401,
        sign_in.CodeRefused: 401,
        sign_in.CodeUsed: 401,
        sign_in.ChallengeOver: 401,
        sign_in.TooManyTries: 429,
        sign_in.Busy: 503,
        sessions.SessionOver: 401,
        sessions.NotYourRole: 403,
        sessions.NobodyActing: 409,
        sessions.ActingChanged: 409,
        accounts.NotYourAccount: 404,
        accounts.NotHeld: 404,
        accounts.EmailTaken: 409,
        schools.NoSuchSchool: 404,
    },
    shapes=sign_in_http.equip,
)  # fmt: skip
