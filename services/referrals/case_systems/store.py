"""Every SQL statement in the intake table of a case system (deploy/demo/intake.sql makes one)."""

from services.referrals.case_systems.domain import Package, PackedFile
from shared.database.tx import Tx


async def add(tx: Tx, package: Package) -> bool:
    """False: the reference is there already."""
    added = await tx.execute(
        "INSERT INTO intake (reference, payload, pdf) VALUES ($1, $2::text::jsonb, $3) ON CONFLICT DO NOTHING",
        package.reference, package.body().decode(), package.pdf,
    )  # fmt: skip
    return added.endswith(" 1")


async def add_file(tx: Tx, reference: str, file: PackedFile, content: bytes) -> None:
    await tx.execute(
        "INSERT INTO intake_file (reference, name, type, content) VALUES ($1, $2, $3, $4)",
        reference, file.name, file.type, content,
    )  # fmt: skip


async def number(tx: Tx, reference: str) -> tuple[bool, str | None]:
    """Whether the reference is there, and the number that the case system has given it."""
    row = await tx.row("SELECT number FROM intake_number WHERE reference = $1", reference)
    return (row is not None, row["number"] if row else None)
