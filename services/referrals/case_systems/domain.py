"""What is handed over to a case system, and what every case system can be asked. Pure."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from shared.contracts.referrals.lists import Trouble


class NotHandedOver(Exception):
    """The source has not taken it, or cannot be asked. It is tried again."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


class NotThere(Exception):
    """The source knows nothing of this reference: it must be handed over again."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file that was sent with a referral. `content` gives it piece by piece: it is never held whole. `checked`: a
    scanner has found it clean."""

    name: str
    type: str
    size: int
    sha256: str
    checked: bool
    content: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Package:
    """What is handed over of one referral: the data as a JSON object, the copy as a PDF, the files that are clean."""

    reference: str
    told: Mapping[str, Any]
    pdf: bytes
    files: tuple[PackedFile, ...] = ()

    def body(self) -> bytes:
        """The data as JSON, with the SHA-256 of all that goes with it: who has it whole can check the rest."""
        files = [
            {"name": f.name, "type": f.type, "size": f.size, "sha256": f.sha256, "checked": f.checked}
            for f in self.files
        ]
        receipt = {"size": len(self.pdf), "sha256": sha256(self.pdf).hexdigest()}
        return json.dumps(
            {**self.told, "receipt": receipt, "files": files}, ensure_ascii=False, sort_keys=True
        ).encode()


class CaseSystem(Protocol):
    """The council's case system, however it takes referrals. Handing over twice is handing over once."""

    async def send(self, package: Package) -> str | None:
        """Hand over; the source's own number, or None where it is still to come. Raises NotHandedOver."""

    async def look(self, reference: str) -> str | None:
        """The number of what was handed over; None: it is still to come. Raises NotHandedOver, NotThere."""
