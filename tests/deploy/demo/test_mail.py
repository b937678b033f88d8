"""The demo's mail server takes what is written to it by SMTP, keeps it, and `portal demo mail` shows it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.demo.mail import caught
from deploy.local.processes import ports
from services.referrals.mail_server import MailServer
from tests.support.until import until


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server as `portal up` and docker-compose.yml start it."""
    [free] = ports.find(1)
    command = [sys.executable, "-m", "deploy.cli", "demo", "catch-mail", "--port", str(free), "--folder", str(tmp_path)]
    process = subprocess.Popen(command)
    yield free
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in (0, -signal.SIGTERM)


def message(subject: str) -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "portal@example.org", "aisha@example.org"
    made.set_content("There is something to read: [bold]é[/bold]\n")
    made.add_alternative("<p>There is something to read</p>", subtype="html")
    return made


async def test_what_is_sent_is_kept_and_shown(port: int, tmp_path: Path) -> None:
    await until(lambda: asyncio.to_thread(ports.answers, port), within_s=60)
    async with MailServer("127.0.0.1", port, "none", "portal@example.org").opened() as mail:
        await mail.send(message("First"), "aisha@example.org")
        await mail.send(message("Second"), "ben@example.org")
    assert [(one.to, one.message["Subject"]) for one in caught(tmp_path)] == [
        ("aisha@example.org", "First"), ("ben@example.org", "Second"),
    ]  # fmt: skip
    show = [sys.executable, "-m", "deploy.cli", "demo", "mail"]
    shown = subprocess.run(show, env=environment(tmp_path), capture_output=True, text=True, check=True).stdout
    assert "First" in shown
    assert "There is something to read: [bold]é[/bold]" in shown
    told = subprocess.run(
        [*show, "ben@example.org", "--json"], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    [one] = json.loads(told.stdout)
    assert (one["to"], one["subject"]) == ("ben@example.org", "Second")


def environment(folder: Path) -> dict[str, str]:

    return {**os.environ, "PORTAL_MAIL": str(folder)}
