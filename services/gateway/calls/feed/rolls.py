"""Feed: a school's roll, as it stands and as a file would make it."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from uuid import UUID

from services.gateway.calls.http import Client, Nothing, Reply
from shared.contracts.feed import RollTaken

TAKEN_S = 60.0
"""How long feed may take to read a file and to compare it."""
COLUMN_MAX, REASON_MAX = 200, 500
"""Characters that may be sent; docs/openapi/feed.json has the same."""


class SeenUpload(Reply):
    """`undo_until`: it is the roll, and can be undone until then."""

    upload_id: UUID
    state: str
    format: str
    at: datetime
    taken_at: datetime | None = None
    counts: dict[str, int]
    undo_until: datetime | None = None


class SchoolRoll(Reply):
    """`takes`: whether the council takes rolls from schools. `in_use`: the upload that is the roll; None: the council's
    own is. `columns`: what the school said of its tables."""

    takes: bool
    in_use: UUID | None = None
    columns: dict[str, str] | None = None
    uploads: tuple[SeenUpload, ...] = ()


class SeenChild(Reply):
    given_name: str
    family_name: str
    born: date | None = None
    what: tuple[str, ...] = ()


class SeenPreview(Reply):
    """What a file would change. `held`: why it must be pressed twice, with a reason."""

    upload_id: UUID
    sentences: tuple[str, ...]
    counts: dict[str, int]
    joins: tuple[SeenChild, ...]
    leaves: tuple[SeenChild, ...]
    changes: tuple[SeenChild, ...]
    differs: tuple[SeenChild, ...]
    faults: tuple[str, ...]
    held: str | None = None
    school: str | None = None


class FileSaid(Reply):
    """`upload_id` None: it was refused, and `refused` says why; `columns`: those of a table that are not known."""

    upload_id: UUID | None = None
    refused: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class SchoolRolls(Client, service=RollTaken.owner):
    async def standing(self) -> SchoolRoll:
        return await self.ask(SchoolRoll, "POST", "/rolls/readings")

    async def hand_on(self, pieces: AsyncIterator[bytes]) -> FileSaid:
        """Hands a file on as it comes. Raises Refused: no-uploads; and what `pieces` raises."""
        headers = {"content-type": "application/octet-stream"}
        return await self.ask(FileSaid, "POST", "/rolls/files", content=pieces, headers=headers, timeout=TAKEN_S)

    async def say_columns(self, columns: Mapping[str, str]) -> None:
        """Raises Refused: 422."""
        await self.ask(Nothing, "POST", "/rolls/columns", json={"columns": dict(columns)})

    async def preview(self, upload_id: UUID) -> SeenPreview:
        """Raises Refused: upload-not-found."""
        return await self.ask(SeenPreview, "POST", f"/rolls/uploads/{upload_id}/readings")

    async def take(self, upload_id: UUID, reason: str | None) -> None:
        """Raises Refused: upload-not-found, reason-needed, roll-changed."""
        await self.ask(Nothing, "POST", f"/rolls/uploads/{upload_id}/taking", json={"reason": reason}, timeout=TAKEN_S)

    async def undo(self, upload_id: UUID, reason: str) -> None:
        """Raises Refused: upload-not-found, roll-changed, undo-too-late."""
        await self.ask(Nothing, "POST", f"/rolls/uploads/{upload_id}/undoing", json={"reason": reason}, timeout=TAKEN_S)
