"""Where the demo council's case system takes referrals in: makes the tables, and shows what has come."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.operate import databases
from deploy.trouble import Trouble

INTAKE = "portal_intake"
"""As whom the portal hands over (intake.sql makes the role)."""
INTAKE_SECRET = "PORTAL_INTAKE_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One referral in the case system. `number` None: it has not been given one yet."""

    reference: str
    received_at: datetime
    number: str | None
    files: int


async def prepare(source_dsn: str, password: str) -> None:
    """Make the tables and the role, as the database's owner, after the case system's own. Safe to run again."""
    async with databases.connected(source_dsn) as connection:
        await connection.execute(Path(__file__).with_name("intake.sql").read_text())
        quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
        await connection.execute(f"ALTER ROLE {INTAKE} PASSWORD {quoted}")


async def listed(source_dsn: str) -> list[TakenIn]:
    """What has been taken in, the newest first."""
    async with databases.connected(source_dsn) as connection:
        return [TakenIn(**row) for row in await connection.fetch(_LISTED)]


async def pdf(source_dsn: str, reference: str) -> bytes:
    """The copy that came with a referral. Raises Trouble: there is no such referral."""
    async with databases.connected(source_dsn) as connection:
        found: bytes | None = await connection.fetchval("SELECT pdf FROM intake WHERE reference = $1", reference)
    if found is None:
        raise Trouble("The case system has no referral with this reference.")
    return found


_LISTED = """
    SELECT reference, received_at, number,
           (SELECT count(*) FROM intake_file WHERE intake_file.reference = intake.reference) AS files
      FROM intake JOIN intake_number USING (reference)
     ORDER BY id DESC
"""
