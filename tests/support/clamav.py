"""The system's clamd with one signature of our own: found, or installed where we may, or said what to install."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.until import until

VARIABLE = "PORTAL_CLAMD"
PACKAGES = ("clamav-daemon",)
HARMFUL = b"PORTAL-TEST-FILE-THAT-STANDS-FOR-A-VIRUS"
"""What our one signature finds. No real virus, and not the EICAR file, is in this repository or on a test's disk."""
SIGNATURE = f"Portal.Test.File:0:*:{HARMFUL.hex()}\n"
STREAM_MAX = "25M"
STARTS_S = 60


class NoScanner(Exception):
    """There is no clamd, and we may not install it."""


def found() -> str | None:
    """The path of a clamd, if there is one."""
    return os.environ.get(VARIABLE) or shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def install() -> str:
    """The path of a clamd, after installing Debian's package where we are root and apt-get is there."""
    if found() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1", **os.environ}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
        subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
    path = found()
    if path is None:
        raise NoScanner(
            f"The tests of attachments need clamd: install it (on Debian: apt-get install {' '.join(PACKAGES)}), or "
            f"name one in {VARIABLE}."
        )
    return path


@dataclass
class Clamd:
    """A clamd that listens on a socket in a folder of its own."""

    folder: Path
    process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"unix:{self.folder / 'clamd'}"

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            install(), "--foreground", "--config-file", str(self.folder / "clamd.conf"),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await until(self._answers, within_s=STARTS_S)

    async def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, "clamd has ended"
        try:
            reader, writer = await asyncio.open_unix_connection(self.address.removeprefix("unix:"))
        except OSError:
            return False
        writer.write(b"zPING\0")
        answer = await reader.read(10)
        writer.close()
        return answer == b"PONG\0"

    async def end(self) -> None:
        """As when it is killed."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()
        (self.folder / "clamd").unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def clamd() -> AsyncIterator[Clamd]:
    """With a database of one signature, so that it is up in a second and needs no network."""
    folder = Path(tempfile.mkdtemp(prefix="clamd-", dir="/tmp"))  # a socket's path may have a hundred characters
    (folder / "signatures").mkdir()
    (folder / "signatures/portal.ndb").write_text(SIGNATURE)
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder}/signatures\nLocalSocket {folder}/clamd\nStreamMaxLength {STREAM_MAX}\n"
        f"TemporaryDirectory {folder}\nForeground yes\nMaxThreads 2\nConcurrentDatabaseReload no\n"
    )
    made = Clamd(folder)
    await made.start()
    try:
        yield made
    finally:
        await made.end()
        shutil.rmtree(folder, ignore_errors=True)
