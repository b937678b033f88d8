"""run.json: what runs in a home now, as its supervisor writes it and everybody else reads it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.machine import write
from deploy.local.processes.program import started_at


@dataclass(frozen=True)
class Running:
    """One process, identified by its pid and its start time: a pid alone is given again."""

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
