"""Access ends everywhere: who verifies tokens follows sessions, accounts and schools, and asks in the answer's own
transaction."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts import Role, State
from shared.contracts.identity import Account, School, Session
from shared.db import Refusal, Tx
from shared.inbox import Follows
from shared.tokens import Caller

GROUP = "access"


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


async def put_sessions(tx: Tx, states: Sequence[State]) -> None:
    sessions = [state for state in states if isinstance(state, Session)]
    await tx.execute(
        """
        INSERT INTO access_session (session_id, ended_at, revision)
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[])
        ON CONFLICT (session_id) DO UPDATE SET ended_at = excluded.ended_at, revision = excluded.revision
         WHERE access_session.revision < excluded.revision
        """,
        [s.session_id for s in sessions], [s.ended_at for s in sessions], [s.revision for s in sessions],
    )  # fmt: skip


async def forget_sessions(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM access_session WHERE session_id = ANY($1::uuid[])", list(keys))


async def put_accounts(tx: Tx, states: Sequence[State]) -> None:
    """A row that yesterday's code kept has no roles, or older ones: the same revision again gives it its own."""
    accounts = [state for state in states if isinstance(state, Account)]
    await tx.execute(
        """
        INSERT INTO access_account (account_id, disabled_at, roles, revision, roles_revision)
        SELECT account_id, disabled_at, string_to_array(roles, ' '), revision, revision
          FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bigint[])
               AS new (account_id, disabled_at, roles, revision)
        ON CONFLICT (account_id) DO UPDATE
           SET disabled_at = excluded.disabled_at, roles = excluded.roles,
               revision = excluded.revision, roles_revision = excluded.roles_revision
         WHERE access_account.revision <= excluded.revision
           AND coalesce(access_account.roles_revision, -1) < excluded.roles_revision
        """,
        [a.account_id for a in accounts], [a.disabled_at for a in accounts], [_roles(a) for a in accounts],
        [a.revision for a in accounts],
    )  # fmt: skip


def _roles(account: Account) -> str:
    """All that may be acted in, in one text; nothing once the account has ended."""
    return "" if account.ended else " ".join(_word(held.role, held.school) for held in account.roles)


async def forget_accounts(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM access_account WHERE account_id = ANY($1::uuid[])", list(keys))


async def put_schools(tx: Tx, states: Sequence[State]) -> None:
    schools = [state for state in states if isinstance(state, School)]
    await tx.execute(
        """
        INSERT INTO access_school (urn, agreement, live, revision)
        SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::bigint[])
        ON CONFLICT (urn) DO UPDATE
           SET agreement = excluded.agreement, live = excluded.live, revision = excluded.revision
         WHERE access_school.revision < excluded.revision
        """,
        [s.urn for s in schools], [s.agreement for s in schools],
        [s.status == "live" and not s.ended for s in schools], [s.revision for s in schools],
    )  # fmt: skip


async def forget_schools(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM access_school WHERE urn = ANY($1::text[])", list(keys))


FOLLOWS = (
    Follows(Session, put=put_sessions, forget=forget_sessions, group=GROUP),
    Follows(Account, put=put_accounts, forget=forget_accounts, group=GROUP),
    Follows(School, put=put_schools, forget=forget_schools, group=GROUP),
)
