"""The whole portal, started by its own command in a home of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.cli.where import demo
from deploy.demo.accounts import next_code
from deploy.local.home import Remembered
from deploy.local.places import Places
from shared.log.kafka import Cluster
from tests.support import homes

UP_MAX_S = 600


def operator(home: Path) -> Cluster:
    """The home's Kafka, as one who may do everything there."""
    return Places(home, Remembered.open(home)).cluster()


@dataclass(frozen=True)
class Portal:
    """A home, and the command on it."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`portal <arguments> --home …`, whatever comes of it."""
        command = [sys.executable, "-m", "deploy.cli", *arguments, "--home", str(self.home)]
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, text=True, capture_output=True, check=False, timeout=UP_MAX_S)

    def do(self, *arguments: str) -> str:
        """The same, and it must do: what it printed."""
        done = self.ask(*arguments)
        assert done.returncode == 0, f"portal {' '.join(arguments)} left with {done.returncode}: {done.stderr[-2000:]}"
        return done.stdout

    def up(self, *arguments: str) -> str:
        return self.do("up", "--detach", *arguments)

    @property
    def status(self) -> dict[str, str]:
        """Addresses, and whole DSNs of the administrators: tests look where a service may not."""
        return dict(json.loads(self.do("status", "--json", "--secrets")))

    @property
    def run(self) -> Any:
        """run.json as it is now."""
        return json.loads((self.home / "run.json").read_text())

    @property
    def accounts(self) -> list[dict[str, Any]]:
        return list(json.loads(self.do("demo", "accounts", "--json")))

    def code(self, email: str) -> str:
        """As `portal demo code` gives it, which takes two seconds for its imports: every sign-in needs one.

        In a thread of its own: a test may ask from within an event loop.
        """
        where = demo(self.home)
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(asyncio.run, next_code(where.accounts, where.identity, email)).result()


@contextmanager
def portal(environment: Mapping[str, str] | None = None) -> Iterator[Portal]:
    """A home that goes with its portal."""
    with homes.home("e2e") as home:
        made = Portal(home, environment or {})
        try:
            yield made
        finally:
            made.ask("down")
