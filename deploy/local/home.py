"""What a home remembers: kept.json (ports, passwords, sizes; for the next start) and run.json (what runs now)."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.part import started_at
from deploy.local.trouble import Trouble

SECRET_BYTES = 24


@dataclass(frozen=True)
class Running:
    """One process, named for ever by its pid and the time at which the kernel started it."""

    pid: int
    started: str | None
    state: str
    restarts: int = 0

    @property
    def alive(self) -> bool:
        return self.started is not None and started_at(self.pid) == self.started


@dataclass
class Run:
    """The supervisor, its parts, and whether all of them have answered."""

    supervisor: Running | None = None
    state: str = "stopped"
    parts: dict[str, Running] = field(default_factory=dict)
    trouble: str | None = None

    @property
    def alive(self) -> bool:
        return self.supervisor is not None and self.supervisor.alive


def write(path: Path, value: Any) -> None:
    """A JSON file, whole or not at all, for its owner's eyes only."""
    write_private(path, json.dumps(value, indent=2) + "\n")


def write_private(path: Path, text: str) -> Path:
    """Whole or not at all, and for its owner's eyes only: it may hold passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.unlink(missing_ok=True)
    scratch.touch(mode=0o600)
    scratch.write_text(text)
    os.replace(scratch, path)
    return path


class RunFile:
    """run.json, as the supervisor writes it and everybody else reads it."""

    def __init__(self, home: Path) -> None:
        self.path = home / "run.json"
        self.run = Run()

    def read(self) -> Run:
        if not self.path.exists():
            return Run()
        raw = json.loads(self.path.read_text())
        supervisor = Running(**raw["supervisor"]) if raw["supervisor"] else None
        return Run(
            supervisor, raw["state"], {name: Running(**one) for name, one in raw["parts"].items()}, raw["trouble"]
        )

    def begin(self) -> None:
        self.run = Run(Running(os.getpid(), started_at(os.getpid()), "running"), "starting")
        self.save()

    def note(self, name: str, pid: int, started: str | None, state: str, restarts: int) -> None:
        self.run.parts[name] = Running(pid, started, state, restarts)
        self.save()

    def become(self, state: str, trouble: str | None = None) -> None:
        self.run.state, self.run.trouble = state, trouble
        self.save()

    def save(self) -> None:
        write(self.path, asdict(self.run))


@dataclass
class Kept:
    """Ports and secrets of a home; a secret is made when it is first asked for.

    `epochs`: what a service's <NAME>_EPOCH must be, where this home had to raise it.
    """

    path: Path
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)

    @classmethod
    def open(cls, home: Path) -> Kept:
        path = home / "kept.json"
        raw = json.loads(path.read_text()) if path.exists() else {}
        return cls(path, raw.get("ports", {}), raw.get("secrets", {}), raw.get("sizes", {}), raw.get("epochs", {}))

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            self.secrets[name] = secrets.token_hex(SECRET_BYTES)
            self.save()
        return self.secrets[name]

    def save(self) -> None:
        kept = {"ports": self.ports, "secrets": self.secrets, "sizes": self.sizes, "epochs": self.epochs}
        write(self.path, kept)


def make_home(home: Path) -> Path:
    """The folder of all that a portal keeps. PostgreSQL's user must be able to pass, nobody can list it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711)
        for name in ("logs", "kafka", "connect"):
            (home / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Trouble(f"{home} cannot be written ({error.strerror}): choose another folder with --home.") from None
    return home.resolve()


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """One supervisor at a time in a home; the kernel lets go of it however the supervisor ends."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                f"The portal already runs in {home}: see `portal status`, or end it with `portal down`."
            ) from None
        yield
