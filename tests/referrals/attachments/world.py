"""A draft of the lead's, and their browser's side of adding files to it: all over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.referrals.app import service
from services.referrals.attachments import works
from services.referrals.scanning.commands import scan_waiting
from services.referrals.settings import Settings
from shared.web.tokens import Caller
from tests.referrals.world import MIRA, SETTINGS, Referrals, body
from tests.support.web import SCHOOL, Web, web

DRAFTS = """
CREATE TABLE IF NOT EXISTS draft (
    draft_id uuid PRIMARY KEY, account uuid NOT NULL, school text NOT NULL, child_id uuid, started_at timestamptz,
    saved_at timestamptz, expires_at timestamptz, sent_at timestamptz, version int, sealed bytea);
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO referrals_service
"""
PIECE = 50_000


@dataclass
class Attaching:
    """The service with a folder of its own for files, and a draft that is not sent."""

    referrals: Referrals
    settings: Settings
    draft: UUID = field(default_factory=uuid4)
    web: Web = field(init=False)

    def __post_init__(self) -> None:
        self.again()

    def again(self, **changed: Any) -> None:
        """The service as it is with other settings."""
        self.settings = self.settings.model_copy(update=changed)
        self.web = web(service, self.settings, self.referrals.clone.db)

    @property
    def who(self) -> Caller:
        return self.referrals.who

    @property
    def folder(self) -> Path:
        return self.settings.files

    def on_disk(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    async def start(self, draft: UUID | None = None, who: Caller | None = None, school: str = SCHOOL) -> UUID:
        """A draft as the form keeps it."""
        made = draft or self.draft
        await self.referrals.clone.execute(DRAFTS)
        await self.referrals.clone.execute(
            """INSERT INTO draft (draft_id, account, school, child_id, started_at, saved_at, expires_at, sealed)
               VALUES ($1, $2, $3, $4, now(), now(), now() + interval '14 days', '')""",
            made, (who or self.who).account, school, MIRA.child_id,
        )  # fmt: skip
        return made

    async def announce(
        self, name: str = "note.pdf", who: Caller | None = None, draft: UUID | None = None
    ) -> httpx.Response:
        return await self.web.post(f"/drafts/{draft or self.draft}/attachments", {"name": name}, who or self.who)

    async def put(self, id: str, data: bytes | AsyncIterator[bytes], who: Caller | None = None) -> httpx.Response:
        content = _pieces(data) if isinstance(data, bytes) else data
        path = f"/drafts/{self.draft}/attachments/{id}/content"
        return await self.web.client.put(path, content=content, headers=self.web.bearer(who or self.who))

    async def add(self, data: bytes, name: str = "note.pdf") -> httpx.Response:
        """As a browser's form does it."""
        announced = await self.announce(name)
        if announced.status_code != 201:
            return announced
        return await self.put(announced.json()["attachment_id"], data)

    async def added(self, data: bytes, name: str = "note.pdf") -> dict[str, Any]:
        response = await self.add(data, name)
        assert response.status_code == 201, response.text
        told: dict[str, Any] = response.json()
        return told

    async def listed(self, who: Caller | None = None) -> list[dict[str, Any]]:
        response = await self.web.get(f"/drafts/{self.draft}/attachments", who or self.who)
        assert response.status_code == 200, response.text
        return response.json()["attachments"]  # type: ignore[no-any-return]

    async def remove(self, id: str, who: Caller | None = None) -> httpx.Response:
        path = f"/drafts/{self.draft}/attachments/{id}"
        return await self.web.client.delete(path, headers=self.web.bearer(who or self.who))

    async def send(self, who: Caller | None = None) -> str:
        """The referral that is sent from the draft; its reference."""
        headers = {"idempotency_key": str(self.draft)}
        response = await self.web.post("/referrals", body(), who or self.who, **headers)
        assert response.status_code == 201, response.text
        await self.referrals.clone.execute(
            "UPDATE draft SET sent_at = now(), sealed = NULL WHERE draft_id = $1", self.draft
        )
        return str(response.json()["reference"])

    async def of_referral(self, reference: str, who: Caller) -> httpx.Response:
        return await self.web.get(f"/referrals/{reference}/attachments", who)

    async def read(self, reference: str, id: str, who: Caller) -> httpx.Response:
        return await self.web.get(f"/referrals/{reference}/attachments/{id}", who)

    async def kept(self, id: str) -> bytes:
        """What is sealed on the disk under this id, opened."""
        with self.settings.sealed_files.reader(UUID(id)) as reader:
            return b"".join([piece async for piece in reader.pieces()])

    async def scan(self) -> None:
        await scan_waiting(self.referrals.clone.db, self.settings)

    async def sweep(self) -> None:
        await works.sweep(self.referrals.clone.db, self.settings)

    async def facts(self, kind: str = "Attachment") -> Sequence[dict[str, Any]]:
        return [fact for fact in await self.referrals.facts() if fact["type"].startswith(kind)]


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]


def with_files(folder: Path) -> Settings:
    return SETTINGS.model_copy(update={"files": folder})


__all__ = ["MIRA", "Attaching", "with_files"]
