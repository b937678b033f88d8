"""How access ends: each service that verifies tokens keeps the states of sessions, accounts and schools, and checks
them in the transaction that answers."""

from shared.contracts import Role
from shared.contracts.identity import Account, School, Session
from shared.database.refusal import Refusal
from shared.database.tx import Tx
from shared.events.kept import Kept, Values
from shared.web.tokens import Caller


class AccessEnded(Refusal):
    """Your access has ended. Sign in again."""


class ActingEnded(Refusal):
    """You can no longer act in this role for this school. Choose again as what you act."""


async def check(tx: Tx, caller: Caller) -> None:
    """Raise AccessEnded if the session or the account has ended; ActingEnded if the token's role has been taken away,
    or its school is suspended or no longer under the token's version of the agreement.

    What is not known here ends nothing: an unknown session, account or school with a valid token is allowed. Of an
    account's roles and of a school only a state counts that is at least as new as what identity saw when it made the
    token: a role that was added a moment ago is not refused because its state is still on the way.
    """
    row = await tx.row(
        """
        SELECT EXISTS (SELECT FROM access_session WHERE session_id = $1 AND ended_at IS NOT NULL)
            OR EXISTS (SELECT FROM access_account WHERE account_id = $2 AND disabled_at IS NOT NULL) AS access_ended,
               EXISTS (SELECT FROM access_account
                        WHERE account_id = $2 AND roles_revision >= $3 AND NOT $4 = ANY (roles))
            OR EXISTS (SELECT FROM access_school
                        WHERE urn = $5 AND revision >= $6 AND (live AND agreement = $7) IS NOT TRUE) AS acting_ended
        """,
        caller.session, caller.account, caller.account_revision, _word(caller.role, caller.school),
        caller.school, caller.school_revision, caller.agreement,
    )  # fmt: skip
    assert row is not None
    if row["access_ended"]:
        raise AccessEnded
    if row["acting_ended"]:
        raise ActingEnded


def _word(role: Role, school: str | None) -> str:
    return f"{role}@{school or ''}"


def _account(account: Account) -> Values:
    """With all that may be acted in; nothing once the account has ended."""
    roles = () if account.ended else account.roles
    return account.account_id, account.disabled_at, " ".join(_word(held.role, held.school) for held in roles)


def _school(school: School) -> Values:
    live = school.status == "live" and not school.ended
    return school.urn, school.agreement, live, " ".join(school.options)


SESSIONS = Kept[Session](
    "access_session",
    key=("session_id", "uuid"),
    columns={"ended_at": "timestamptz"},
    row=lambda session: (session.session_id, session.ended_at),
)
ACCOUNTS = Kept[Account](
    "access_account",
    key=("account_id", "uuid"),
    columns={"disabled_at": "timestamptz", "roles": "words"},
    row=_account,
    whole="roles_revision",
)
SCHOOLS = Kept[School](
    "access_school",
    key=("urn", "text"),
    columns={"agreement": "text", "live": "boolean", "options": "words"},
    row=_school,
    whole="options_revision",
)
