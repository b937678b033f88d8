"""An attachment, how many there may be, and how it stands with the scanner. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Literal
from uuid import UUID

from services.referrals.inspecting.domain.unfit import Unfit
from shared import typed
from shared.contracts.referrals.answers import FileStanding
from shared.database.refusal import Refusal

Scan = Literal["unscanned", "clean", "infected"]
MB = 1024 * 1024
NAME_MAX = 120
NAMELESS = "file"
REFUSED_IN_NAMES = '<>:"|?*\\/%'


class AttachmentNotFound(Refusal):
    """There is no such draft or file here that you may use."""


class NotReadable(Refusal):
    """This file cannot be opened: it is still being checked, or it is not safe."""

    def __init__(self, standing: FileStanding) -> None:
        super().__init__()
        self.detail = standing


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be attached to one draft."""

    file_max_bytes: int
    draft_max_bytes: int
    files_max: int

    def refuse_more(self, sizes_bytes: Sequence[int], more_bytes: int = 0) -> None:
        """Raises Unfit where one more file, of so many bytes, would be too many or too much."""
        if len(sizes_bytes) >= self.files_max:
            raise Unfit("too_many_files", most=self.files_max)
        if sum(sizes_bytes) + more_bytes > self.draft_max_bytes:
            raise Unfit("too_much", most_mb=self.draft_max_bytes // MB)

    def too_large(self) -> Unfit:
        return Unfit("too_large", most_mb=self.file_max_bytes // MB)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is here whole. `type` names a FileType; `name` is for people, and tidied."""

    attachment_id: UUID
    draft_id: UUID
    name: str
    type: str
    size_bytes: int
    added_at: datetime
    scan: Scan

    def standing(self, scanner: bool) -> FileStanding:
        if self.scan != "unscanned":
            return self.scan
        return "checking" if scanner else "unchecked"

    def refuse_unreadable(self, scanner: bool) -> None:
        """Raises NotReadable for whoever wants to open it while it is in quarantine."""
        standing = self.standing(scanner)
        if standing not in ("clean", "unchecked"):
            raise NotReadable(standing)


def tidy_name(name: str) -> str:
    """A file's name without its folders, invisible characters and signs that some system gives a meaning."""
    last = typed.line(name.replace("\\", "/")).rpartition("/")[2]
    kept = "".join(c for c in last if c not in REFUSED_IN_NAMES).strip(" .")
    stem, ending = PurePath(kept).stem, PurePath(kept).suffix
    return (stem[: NAME_MAX - len(ending)] + ending)[:NAME_MAX] or NAMELESS


def named_after(name: str, endings: Sequence[str]) -> str:
    """With an ending of its type, so that it opens as what it is: "a.exe" that is a photograph is "a.exe.jpg"."""
    return name if name.lower().endswith(tuple(endings)) else f"{name[: NAME_MAX - 5]}{endings[0]}"
