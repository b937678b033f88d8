"""The demo council's case system: makes its tables, fills them with a made-up council, moves a child to another worker.

Every name is composed, every telephone number is one that Ofcom keeps for drama, every address is at example.org, every
school number and UPN lies in a range that nobody has. The same seed and day give the same council.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from deploy.demo.cases import cases, workers
from deploy.demo.crowd import Crowd
from deploy.demo.names import school_name
from deploy.demo.tables import COLUMNS, Rows, known_rows, staff_rows
from deploy.operate import databases
from deploy.operate.databases import Connection
from shared import clock

SOURCE = "council"
"""The database of the case system."""
CAPTURE = "portal_capture"
"""As whom Debezium reads it (schema.sql makes the role)."""
SEED = 20_26
"""What the demo that people see is made from; tests have seeds of their own."""
SCHOOLS_MIN = 2
"""Some of the known children are at a second school."""

CHUNK_CHILDREN = 20_000

URN_FIRST = 990001
URN_MAX = 999999


@dataclass(frozen=True)
class DemoCouncil:
    """Where the demo council is: the file of its people's secrets, identity's database, and its case system (DSNs)."""

    accounts: Path
    identity: str
    source: str


@dataclass(frozen=True, slots=True)
class Reallocated:
    """A child has another lead worker from today."""

    upn: str
    given_name: str
    family_name: str
    before: str
    after: str


def schools(count: int = SCHOOLS_MIN) -> list[tuple[str, str]]:
    """(URN, name) of the first schools: always the same ones."""
    count = min(max(count, SCHOOLS_MIN), URN_MAX - URN_FIRST + 1)
    return [(str(URN_FIRST + n), school_name(n)) for n in range(count)]


async def prepare(source_dsn: str, *, capture_password: str) -> None:
    """Make the tables, the capture role `portal_capture` and the publication `portal`, as the database's owner.

    Safe to run again. The role's SELECT reaches only the captured columns.
    """
    async with databases.connected(source_dsn) as conn:
        await conn.execute(Path(__file__).with_name("schema.sql").read_text())
        quoted = await conn.fetchval("SELECT quote_literal($1::text)", capture_password)
        await conn.execute(f"ALTER ROLE portal_capture PASSWORD {quoted}")


async def load(source_dsn: str, *, schools: int, children: int, seed: int, today: date | None = None) -> int:
    """Fill the empty case system; return how many children it has now. One that has children is left as it is."""
    async with databases.connected(source_dsn, command_s=600) as conn:
        if not await conn.fetchval("SELECT EXISTS (SELECT FROM person)"):
            async with conn.transaction():
                await _fill(conn, schools, children, Random(seed), today or _today())  # noqa: S311 - a seed is the point
            await conn.execute("ANALYZE")
        loaded: int = await conn.fetchval("SELECT count(*) FROM person")
        return loaded


async def reallocate(source_dsn: str) -> Reallocated:
    """End the lead allocation of the first known child today and give it to another worker, in one transaction."""
    child = cases()[0]
    first, second = workers()[0].name, workers()[4].name
    async with databases.connected(source_dsn, command_s=60) as conn, conn.transaction():
        before: str = await conn.fetchval(_END_LEAD, child.upn, _today())
        after = second if before == first else first
        await conn.execute(_NEW_LEAD, child.upn, after, _today())
    return Reallocated(child.upn, child.given_name, child.family_name, before, after)


_END_LEAD = """
    UPDATE allocation SET ends = greatest(starts, $2)
      FROM person, worker
     WHERE person.upn = $1 AND person.id = person_id AND worker.id = worker_id AND is_lead AND ends IS NULL
    RETURNING worker.name
"""
_NEW_LEAD = """
    INSERT INTO allocation (person_id, worker_id, is_lead, starts)
    SELECT person.id, worker.id, true, $3 FROM person, worker WHERE person.upn = $1 AND worker.name = $2
"""


async def _fill(conn: Connection, school_count: int, children: int, rng: Random, today: date) -> None:
    urns = [urn for urn, _ in schools(school_count)]
    await _copy(conn, staff_rows(children, rng, today))
    await _copy(conn, known_rows(urns, today))
    crowd = Crowd(urns, first=len(cases()) + 1, workers=await _workers(conn), rng=rng, today=today)
    while (made := crowd.made + len(cases())) < children:
        await _copy(conn, crowd.rows(min(CHUNK_CHILDREN, children - made)))
    for table in ("team", "worker", "person"):  # their rows came with their ids; the next one made by hand comes after
        await conn.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608


async def _workers(conn: Connection) -> list[tuple[int, int]]:
    """(worker, team) of those who may be given a case: not the known ones, so that theirs stay as they are."""
    found = await conn.fetch("SELECT id, team_id FROM worker WHERE id > $1 ORDER BY id", len(workers()))
    return [(row["id"], row["team_id"]) for row in found]


async def _copy(conn: Connection, rows: Rows) -> None:
    for table, records in rows.items():
        await conn.copy_records_to_table(table, records=records, columns=COLUMNS[table])


def _today() -> date:
    return clock.today(datetime.now(UTC))
