"""A case system that takes referrals from a folder that both can reach, and acknowledges them by a file.

A referral is one folder of its own, `{reference}/`, with `referral.json`, `receipt.pdf`, `files/1`, `files/2` … and
`manifest.json` (the size and SHA-256 of each). It is written under a name that begins with a dot, made durable, and
then renamed: whoever looks sees it whole or not at all. The source acknowledges with `{reference}.ack.json` beside it,
{"number": …}, written in the same way.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from services.referrals.case_systems.domain import CaseSystem, NotHandedOver, Package, PackedFile
from services.referrals.case_systems.systems.https import ANSWER_MAX_BYTES, NumberTold
from services.referrals.sealed_files import made_durable
from services.referrals.settings import Settings

MODE = 0o640


@dataclass(frozen=True)
class Drop:
    folder: Path

    async def send(self, package: Package) -> str | None:
        """One that is there already is left as it is: the source may be reading it."""
        if number := await self.look(package.reference):
            return number
        try:
            if not (self.folder / package.reference).exists():
                await self._write(package)
        except OSError:
            raise NotHandedOver("away") from None
        return None

    async def look(self, reference: str) -> str | None:
        """The source may have taken the folder away to read it, so that its absence says nothing."""
        return await asyncio.to_thread(self._acknowledged, reference)

    def _acknowledged(self, reference: str) -> str | None:
        try:
            with (self.folder / f"{reference}.ack.json").open("rb") as file:
                return NumberTold.model_validate_json(file.read(ANSWER_MAX_BYTES)).number
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise NotHandedOver("away") from None
            return None
        except OSError:
            raise NotHandedOver("away") from None
        except ValidationError:
            raise NotHandedOver("unreadable") from None

    async def _write(self, package: Package) -> None:
        """Under a name of its own that a crash leaves behind, and the next attempt throws away."""
        coming = self.folder / f".{package.reference}"
        await asyncio.to_thread(shutil.rmtree, coming, True)
        (coming / "files").mkdir(parents=True)
        parts = {"referral.json": package.body(), "receipt.pdf": package.pdf}
        manifest = {name: await asyncio.to_thread(_put, coming / name, content) for name, content in parts.items()}
        for place, file in enumerate(package.files, start=1):
            manifest[f"files/{place}"] = await _put_file(coming / "files" / str(place), file)
        await asyncio.to_thread(_put, coming / "manifest.json", json.dumps(manifest, sort_keys=True).encode())
        await asyncio.to_thread(_publish, coming, self.folder / package.reference)


def _put(path: Path, content: bytes) -> dict[str, object]:
    """Write and make durable; what the manifest says of it."""
    with open(path, "xb", opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return {"size": len(content), "sha256": sha256(content).hexdigest()}


async def _put_file(path: Path, packed: PackedFile) -> dict[str, object]:
    """The same, piece by piece."""
    size, summed = 0, sha256()
    with open(path, "xb", opener=_private) as file:
        async for piece in packed.content():
            file.write(piece)
            summed.update(piece)
            size += len(piece)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    return {"size": size, "sha256": summed.hexdigest()}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, MODE)


def _publish(coming: Path, name: Path) -> None:
    """One rename, after all in it, and before the folder's own entry, is on the disk."""
    for folder in (coming / "files", coming):
        made_durable(folder)
    coming.rename(name)
    made_durable(name.parent)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[CaseSystem]:
    yield Drop(Path(settings.transfer_folder))
