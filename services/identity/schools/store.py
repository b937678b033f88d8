"""Every SQL statement on schools and the agreements that they act under."""

from datetime import datetime
from typing import Any

from services.identity.schools.domain import SchoolRow
from shared.database.tx import Tx

SCHOOL = "SELECT urn, name, agreement, status, options, revision FROM school WHERE urn = $1"


async def add_agreement(tx: Tx, version: str, text: str) -> None:
    await tx.execute(
        "INSERT INTO agreement (version, text, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        version, text, tx.now,
    )  # fmt: skip


async def agreement_made_at(tx: Tx, version: str) -> datetime | None:
    """When the text of this version was first stored."""
    made_at: datetime | None = await tx.value("SELECT made_at FROM agreement WHERE version = $1", version)
    return made_at


async def add_school(tx: Tx, urn: str, name: str) -> None:
    """A row to lock, if there is none; its revision 0 is never emitted."""
    await tx.execute("INSERT INTO school (urn, name, revision) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", urn, name)


async def school(tx: Tx, urn: str) -> SchoolRow | None:
    return _school(await tx.row(SCHOOL, urn))


async def school_locked(tx: Tx, urn: str) -> SchoolRow | None:
    return _school(await tx.row(f"{SCHOOL} FOR UPDATE", urn))


def _school(row: Any) -> SchoolRow | None:
    return SchoolRow(**{**row, "options": tuple(row["options"])}) if row else None


async def put_school(tx: Tx, school: SchoolRow) -> None:
    await tx.execute(
        "UPDATE school SET name = $2, agreement = $3, status = $4, options = $5, revision = $6 WHERE urn = $1",
        school.urn, school.name, school.agreement, school.status, list(school.options), school.revision,
    )  # fmt: skip
