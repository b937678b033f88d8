"""run.json: what runs in a home now, as its supervisor writes it and everybody else reads it."""

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from deploy.local.processes.program import started_at
from deploy.machine import write_json


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
    """The supervisor, its parts, and whether all of them have answered. `records`: how far the council's have come."""

    supervisor: Running | None = None
    state: str = "stopped"
    parts: dict[str, Running] = field(default_factory=dict)
    records: str = ""

    @property
    def alive(self) -> bool:
        return self.supervisor is not None and self.supervisor.alive


WRITTEN = TypeAdapter(Run)


class RunFile:
    """run.json, as the supervisor writes it and everybody else reads it."""

    def __init__(self, home: Path) -> None:
        self.path = home / "run.json"
        self.run = Run()

    def read(self) -> Run:
        return WRITTEN.validate_json(self.path.read_text()) if self.path.exists() else Run()

    def begin(self) -> None:
        self.run = Run(Running(os.getpid(), started_at(os.getpid()), "running"), "starting")
        self.save()

    def note(self, name: str, pid: int, started: str | None, state: str, restarts: int) -> None:
        self.run.parts[name] = Running(pid, started, state, restarts)
        self.save()

    def become(self, state: str) -> None:
        self.run.state = state
        self.save()

    def tell(self, records: str) -> None:
        self.run.records = records
        self.save()

    def save(self) -> None:
        write_json(self.path, asdict(self.run))
