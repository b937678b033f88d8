"""A referral with two files, long decided and long in the council's case system, and where all of it lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.referrals.retention.commands import purge
from services.referrals.sealed_files import SealedFiles
from services.referrals.settings import Settings
from shared.sealing import bytes_of
from tests.referrals.world import SETTINGS, Referrals

DAYS = 30
OVER = timedelta(days=DAYS, minutes=1)
NOT_YET = timedelta(days=DAYS) - timedelta(minutes=5)
FILES = 2
TRANSFER = """
CREATE TABLE IF NOT EXISTS transfer (
    referral_id uuid PRIMARY KEY REFERENCES referral, state text, since timestamptz, next_at timestamptz,
    acknowledged_at timestamptz, source_number text);
GRANT SELECT, INSERT, UPDATE ON transfer TO referrals_service
"""


@dataclass
class Kept:
    """The service with a folder for files and a period for what is decided."""

    referrals: Referrals
    folder: Path
    periods: dict[str, Any] = field(default_factory=lambda: {"keep_referrals_days": DAYS})

    @property
    def settings(self) -> Settings:
        return SETTINGS.model_copy(update={"files": self.folder, **self.periods})

    @property
    def files(self) -> SealedFiles:
        return SealedFiles(self.folder, bytes_of(SETTINGS.sealing_key))

    def on_disk(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    async def round(self) -> None:
        await purge(self.referrals.clone.db, self.settings)

    async def sent(self, **said: Any) -> UUID:
        """A referral that was sent from a draft with files; its id."""
        draft = uuid4()
        told = await self.referrals.made(key=draft, **said)
        await self.draft(draft, self.referrals.who.account)
        return UUID(told["referral_id"])

    async def draft(self, draft: UUID, account: UUID) -> None:
        """One that was sent, with its files."""
        now = datetime.now(UTC)
        await self.referrals.clone.execute(
            """
            INSERT INTO draft (draft_id, account, school, started_at, saved_at, expires_at, sent_at, version)
            VALUES ($1, $2, '999001', $3, $3, $3, $3, 1)
            """,
            draft, account, now,
        )  # fmt: skip
        for n in range(FILES):
            await self.attachment(draft, account, n)

    async def attachment(self, draft: UUID, account: UUID, n: int) -> None:
        one, now = uuid4(), datetime.now(UTC)
        with self.files.writer(one) as writer:
            writer.write(b"what is in the file")
            writer.close()
            self.files.keep(writer, one)
        await self.referrals.clone.execute(
            """
            INSERT INTO attachment (attachment_id, draft_id, account, school, name, announced_at, added_at, type,
                                    size_bytes, fingerprint)
            VALUES ($1, $2, $3, '999001', $4, $5, $5, 'pdf', 19, $6)
            """,
            one, draft, account, self.files.seal_name(one, "a.pdf"), now, bytes([n]),
        )  # fmt: skip

    async def decided(self, referral_id: UUID, ago: timedelta = OVER) -> None:
        await self.referrals.clone.execute(
            "UPDATE handling SET decided_by = $2, decided_at = $3, decision = 'assessment' WHERE referral_id = $1",
            referral_id, uuid4(), datetime.now(UTC) - ago,
        )  # fmt: skip

    async def transferred(self, referral_id: UUID, ago: timedelta | None = OVER) -> None:
        """Acknowledged by the case system so long ago; None: not yet."""
        at = datetime.now(UTC) - ago if ago else None
        told = ("acknowledged", at, "4711") if at else ("sent", None, None)
        await self.referrals.clone.execute("DELETE FROM transfer WHERE referral_id = $1", referral_id)
        await self.referrals.clone.execute(
            """
            INSERT INTO transfer (referral_id, since, next_at, state, acknowledged_at, source_number)
            VALUES ($1, now(), now(), $2, $3, $4)
            """,
            referral_id, *told,
        )  # fmt: skip

    async def over(self, **said: Any) -> UUID:
        """One whose time is over."""
        referral_id = await self.sent(**said)
        await self.decided(referral_id)
        await self.transferred(referral_id)
        return referral_id

    async def is_kept(self, referral_id: UUID) -> bool:
        return bool(await self.referrals.clone.value("SELECT true FROM referral WHERE referral_id = $1", referral_id))

    async def found(self, words: Iterable[str], but: tuple[str, ...] = ()) -> list[str]:
        """Each of these words that is anywhere in the service's tables: in which one."""
        clone = self.referrals.clone
        tables = await clone.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
        held = []
        for table in (str(row["name"]) for row in tables if row["name"] not in but):
            for word in words:
                seen = f'SELECT EXISTS (SELECT FROM "{table}" AS row WHERE strpos(row::text, $1) > 0)'
                if await clone.value(seen, word):
                    held.append(f"{word} in {table}")
        return held
