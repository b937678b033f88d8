"""The identity service, on one page."""

from services.identity.accounts import domain as accounts
from services.identity.schools import domain as schools
from services.identity.sessions import domain as sessions
from services.identity.settings import Settings
from services.identity.sign_in import domain as sign_in
from shared.contracts import identity as contract
from shared.manifest import Periodic, Service

service = Service(
    name="identity",
    purpose="Who people are, and when they may act: sign-in, sessions, access tokens, schools and accounts.",
    package=__package__,
    settings=Settings,
    serves=[
        "sign_in.http:router", "sessions.http:router", "keys.http:router", "accounts.http:router",
        "schools.http:router",
    ],
    emits=[
        contract.SignedIn, contract.SignInRefused, contract.SchoolChosen, contract.SignedOut, contract.AccountOpened,
        contract.AccountDisabled, contract.DisablingRefused, contract.RoleRemoved, contract.RoleRemovalRefused,
        contract.SchoolAdmitted, contract.SchoolSuspended, contract.SchoolResumed, contract.AgreementEnded,
        contract.SchoolChangeRefused,
        contract.AgreementOptionSwitched, contract.AgreementOptionRefused,
        contract.Session, contract.Account, contract.School,
    ],
    works=[
        Periodic(name="end_overdue", every_s=30.0, work="sessions.commands:end_overdue"),
        Periodic(name="forget_ended", every_s=300.0, work="sessions.commands:forget_ended"),
        Periodic(name="emit_anew", every_s=60.0, work="accounts.commands:emit_anew"),
        Periodic(name="emit_gathered", every_s=10.0, work="sign_in.commands:emit_gathered"),
        Periodic(name="forget_old", every_s=300.0, work="sign_in.commands:forget_old"),
    ],
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
        schools.NoAgreement: 409,
    },
    shapes="sign_in.http:equip",
)  # fmt: skip
