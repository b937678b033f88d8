"""The demo council's mail server: it takes every e-mail and delivers none; each lies in a folder, to be read.

A real server by SMTP, so that the portal writes to it as to a council's own. For made-up people only: it asks nobody
for a password.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = "mail"
MESSAGE_MAX_BYTES = 1024 * 1024
SENDER = "no-reply@portal.example.org"
FOLDER = "PORTAL_MAIL"
"""The variable that names the folder, for containers."""


def folder_of(home: Path) -> Path:
    return home / NAME


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail as it is shown: when it came, for whom, what it says."""

    at: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Caught:
    """An e-mail that was taken, when, and for whom."""

    at: datetime
    to: str
    message: EmailMessage

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return body.get_content() if body else ""

    @property
    def told(self) -> Letter:
        at = self.at.isoformat(timespec="seconds").replace("+00:00", "Z")
        return Letter(at, self.to, str(self.message["Subject"]), self.text)


class Catcher:
    """What the server does with a message: it is on the disk before the server says that it has it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        for address in envelope.rcpt_tos:
            self._keep(address, content)
        return "250 It is kept"

    def _keep(self, address: str, content: bytes) -> None:
        written = self._folder / f"{uuid4()}.part"
        written.write_bytes(f"X-Caught-For: {address}\r\n".encode() + content)
        at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        os.replace(written, self._folder / f"{at}-{written.stem}.eml")


def server(folder: Path) -> SMTP:
    """A server's side of one connection."""
    return SMTP(Catcher(folder), data_size_limit=MESSAGE_MAX_BYTES, enable_SMTPUTF8=True, ident="demo mail")


async def serve(folder: Path, host: str, port: int) -> None:
    """Take e-mails there until SIGTERM or SIGINT."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with await loop.create_server(lambda: server(folder), host, port):
        await stop.wait()


def caught(folder: Path) -> Iterator[Caught]:
    """All that was taken, the oldest first."""
    for path in sorted(folder.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        at = datetime.strptime(path.name.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        yield Caught(at, str(message["X-Caught-For"]), message)
