"""A home: the folder of all that one portal keeps; kept.json holds the ports and secrets of its next start."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deploy.machine import write_json
from deploy.services import ROOT
from deploy.trouble import Trouble

HOME = ROOT / ".portal"
SECRET_BYTES = 24


@dataclass
class Remembered:
    """Ports and secrets of a home; a secret is made when it is first asked for.

    `epochs`: what a service's <NAME>_EPOCH must be, where this home had to raise it. `model`: how the council's records
    come, by change data capture or by extracts; empty: the home is new. `empty`: no council was made up for it.
    """

    path: Path
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    model: str = ""
    empty: bool = False

    @classmethod
    def open(cls, home: Path) -> Remembered:
        path = home / "kept.json"
        raw = json.loads(path.read_text()) if path.exists() else {}
        ports, secrets, sizes, epochs = (raw.get(name, {}) for name in ("ports", "secrets", "sizes", "epochs"))
        model = raw.get("model") or ("council" if sizes else "")
        return cls(path, ports, secrets, sizes, epochs, model, bool(raw.get("empty")))

    @property
    def extracts(self) -> Path | None:
        """Where the council's extracts are laid down; None: its records come by change data capture."""
        return self.path.parent / "extracts" if self.model == "ssd" else None

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            self.secrets[name] = secrets.token_hex(SECRET_BYTES)
            self.save()
        return self.secrets[name]

    def choose(self, model: str | None, empty: bool) -> None:
        """As was asked for (None, and not empty: whatever it is), unless the home was made otherwise."""
        if self.model and (model not in (None, self.model) or (empty and not self.empty)):
            whose = "a council" if self.empty else "a made-up council"
            raise Trouble(
                f"{self.path.parent} holds {whose} of the model {self.model}: choose another folder with --home."
            )
        if empty and model == "council":
            raise Trouble("An empty home takes a council's extracts: leave --model out.")
        self.empty = self.empty or empty
        self.model = self.model or model or ("ssd" if empty else "council")

    def save(self) -> None:
        kept = {"ports": self.ports, "secrets": self.secrets, "sizes": self.sizes, "epochs": self.epochs}
        write_json(self.path, kept | {"model": self.model, "empty": self.empty})


def opened(home: Path | None) -> Path:
    """The folder meant: --home, else PORTAL_HOME, else .portal in the checkout."""
    return Path(home or os.environ.get("PORTAL_HOME") or HOME).absolute()


def accounts_file(home: Path) -> Path:
    """The passwords and time-code secrets of the demo's accounts; readable by the home's owner alone."""
    return home / "accounts.json"


def make_home(home: Path) -> Path:
    """Makes the folder. Its mode is 0711: PostgreSQL's user can pass through it, and nobody else can list it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711)
        for name in ("logs", "kafka", "connect", "files", "extracts"):
            (home / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Trouble(f"{home} cannot be written ({error.strerror}): choose another folder with --home.") from None
    return home.resolve()


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Holds the home's lock, for one supervisor at a time; the kernel releases it however the supervisor ends."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                f"The portal already runs in {home}: see `portal status`, or end it with `portal down`."
            ) from None
        yield
