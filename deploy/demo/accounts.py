"""People who may sign in to the demo: made through identity's own commands, with passwords of this home alone."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyotp
from pydantic import TypeAdapter

from deploy.demo.names import email as email_of
from deploy.machine import write_json
from deploy.operate import databases
from deploy.trouble import Trouble
from services.identity.accounts.commands import OpenAccount, open_account
from services.identity.accounts.store import account_of
from services.identity.schools.commands import admit_school
from services.identity.schools.store import school
from services.identity.settings import Settings
from services.identity.sign_in import domain
from services.identity.sign_in.commands import replace_proofs
from services.identity.sign_in.passwords import hashed
from shared import typed
from shared.contracts import Role
from shared.database.pool import Database, connect
from shared.database.tx import Cause

SCHOOLS_AT_ONCE = 100
PASSWORD_WORDS = 3
CLOCK_S = 0.05  # a timer may end a little before the clock on the wall

LEADS = ("Calwyn Fernshaw", "Tamsel Holmfield", "Brenara Mossgate")
TWO_SCHOOLS = "Delfin Larchmere"
HEADTEACHER = "Rosvin Thornden"
ADMINISTRATOR = "Ilsa Quillbrook"
COUNCIL: tuple[tuple[str, Role], ...] = (
    ("Perwen Reedbourn", "triage_officer"),
    ("Halric Ostenby", "triage_officer"),
    ("Noreth Umbercroft", "data_protection_officer"),
    ("Galrin Sedgewick", "operator"),
)

AGREEMENT = """\
Operational agreement for the Schools Child Portal: {name} (URN {urn})

1. The portal is for designated safeguarding leads and the headteacher of this school, and for nobody else.
2. A search is made only about a child on this school's roll, and only for a purpose that the portal names.
3. What is shown is used to reach the child's worker. It is not copied into other records or passed on.
4. The portal is not for emergencies: where a child may be at risk, the school telephones, and calls 999 in danger.
5. Every search, answer, referral and sign-in is recorded, and the council's data protection officer can read it.
6. The school tells the council on the same day when a person who has access leaves or changes role.
7. The council may end access at any time. This agreement is between the school and the council of the demo.
"""


Roles = tuple[tuple[Role, str | None], ...]
"""Each role that somebody holds, and at which school; None: at the council."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account, with what is needed to sign in as it. It is written to the home, readable by its owner alone."""

    account_id: UUID
    name: str
    email: str
    password: str
    code_secret: str
    roles: Roles


KEPT = TypeAdapter(list[DemoAccount])


async def seed(dsn: str, settings: Settings, path: Path, schools: Sequence[tuple[str, str]]) -> list[DemoAccount]:
    """Put the schools live and make the accounts, each once; again, it changes nothing.

    `path` keeps passwords and time-code secrets. If it was lost, the accounts are given new ones; if the database
    was, the accounts are made again with the old ones.
    """
    kept = _kept(path)
    planned = [_with_proofs(kept, name, roles) for name, roles in _plan([urn for urn, _ in schools])]
    _keep(path, planned)
    database = await connect(dsn, "identity", pool_max=1)
    try:
        await _admit(database, settings, schools)
        made = [await _made(database, settings, account) for account in planned]
    finally:
        await database.close()
    _keep(path, made)
    return made


def listed(path: Path) -> list[dict[str, Any]]:
    """What `portal demo accounts` shows: a row for each role held, an account of two schools last of the leads."""
    return [
        {"email": account.email, "password": account.password, "role": role, "school": school}
        for account in _kept(path).values()
        for role, school in account.roles
    ]


async def next_code(path: Path, dsn: str, email: str, say: Callable[[str], None] = lambda _: None) -> str:
    """The next time code of this account that has not been used.

    A code is good once, so within 30 seconds this gives the next step's, which the tolerance takes; when that is used
    too, it waits for the clock, and says so. Trouble if there is no such account.
    """
    account = _kept(path).get(typed.email(email))
    if account is None:
        raise Trouble("There is no demo account of this email address. `portal demo accounts` lists them.")
    async with databases.connected(dsn) as connection:
        used = await connection.fetchval("SELECT used_step FROM account WHERE email = $1", account.email)
    wanted = max(domain.step(datetime.now(UTC)), -1 if used is None else used + 1)
    accepted_at = (wanted - domain.STEPS_EITHER_SIDE) * domain.STEP_S
    if (wait_s := accepted_at - datetime.now(UTC).timestamp()) > 0:
        say(f"Both codes of now have been used: waiting {wait_s:.0f} seconds for the next.")
        await asyncio.sleep(wait_s + CLOCK_S)
    return domain.code_of(account.code_secret, wanted)


def code_now(secret: str) -> str:
    """The time code of now. Trouble if this is no such secret."""
    try:
        return domain.code_of(secret, domain.step(datetime.now(UTC)))
    except ValueError:
        raise Trouble("This is no secret of time codes: it has letters from A to Z and digits from 2 to 7.") from None


def _plan(urns: Sequence[str]) -> list[tuple[str, Roles]]:
    """Each person's name, with the roles that they hold and at which school. The first schools have a lead each."""
    return [
        *((name, _leads([urn])) for name, urn in zip(LEADS, urns, strict=False)),
        (TWO_SCHOOLS, _leads(urns[:2])),
        (HEADTEACHER, (("headteacher", urns[0]),)),
        (ADMINISTRATOR, (("account_administrator", urns[0]),)),
        *((name, ((role, None),)) for name, role in COUNCIL),
    ]


def _leads(urns: Sequence[str]) -> Roles:
    return tuple(("lead", urn) for urn in urns)


def _with_proofs(kept: dict[str, DemoAccount], name: str, roles: Roles) -> DemoAccount:
    email = typed.email(email_of(name))
    if email in kept:
        return replace(kept[email], roles=roles)
    password = "-".join(secrets.token_hex(3) for _ in range(PASSWORD_WORDS))
    return DemoAccount(uuid4(), name, email, password, pyotp.random_base32(), roles)


async def _admit(database: Database, settings: Settings, schools: Sequence[tuple[str, str]]) -> None:
    """Admits each school that is not there yet; what an operator has done to one is not undone by the next start."""
    rest = iter(schools)
    while some := list(islice(rest, SCHOOLS_AT_ONCE)):
        async with database.transaction(Cause("demo", uuid4()), "seed_schools") as tx:
            for urn, name in some:
                if await school(tx, urn) is None:
                    await admit_school(tx, urn, name, AGREEMENT.format(name=name, urn=urn), settings)


async def _made(database: Database, settings: Settings, account: DemoAccount) -> DemoAccount:
    async with database.transaction(Cause("demo", uuid4()), "seed_account") as tx:
        present = await account_of(tx, account.email)
        if present is None:
            opening = OpenAccount(
                account_id=account.account_id,
                email=account.email,
                name=account.name,
                password_hash=hashed(account.password),
                code_secret=account.code_secret,
                roles=account.roles,
            )
            await open_account(tx, opening, settings)
        elif present.account_id != account.account_id:  # the old file was lost
            account = replace(account, account_id=present.account_id)
            await replace_proofs(tx, account.account_id, hashed(account.password), account.code_secret, settings)
        return account


def _kept(path: Path) -> dict[str, DemoAccount]:
    """The accounts in the home's file, by email."""
    accounts = KEPT.validate_json(path.read_text()) if path.exists() else []
    return {account.email: account for account in accounts}


def _keep(path: Path, accounts: Sequence[DemoAccount]) -> None:
    write_json(path, [asdict(account) for account in accounts])
