"""What a run tells: figures, each beside its floor or peer, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
MS = 1000.0


@dataclass(frozen=True)
class Figure:
    """One thing measured. `floor`: what the same machine does at the same time without us, or the peer named."""

    what: str
    unit: str
    ours: float
    floor: float | None
    beside: str
    aim: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None


@dataclass
class Measured:
    """What one measurement found: its figures, and the raw material for whoever wants to look closer."""

    figures: list[Figure] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """What must never be, whatever the machine: something lost, something doubled."""


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def p99(values: Sequence[float]) -> float:
    return quantile(values, 0.99)


def spread(values: Sequence[float], scale: float = 1.0) -> dict[str, float]:
    """How values lie, for the JSON."""
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: round(quantile(values, share) * scale, 3) for name, share in shares.items()} | {"count": len(values)}


def middle(values: Sequence[float]) -> float:
    return median(values)


def machine() -> dict[str, Any]:
    """Where this was measured, and how busy it was with other things."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "load_average": [round(one, 2) for one in os.getloadavg()],
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def show(told: Sequence[Measured], notes: Sequence[str]) -> None:
    """The table."""
    table = Table(box=None, pad_edge=False)
    for name in ("measured", "ours", "floor or peer", "ratio", "beside", "aim"):
        table.add_column(name, justify="right" if name in ("ours", "floor or peer", "ratio") else "left")
    for one in (figure for part in told for figure in part.figures):
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        met = {None: "", True: " (met)", False: " (short)"}[one.met]
        floor = "" if one.floor is None else number(one.floor, one.unit)
        table.add_row(one.what, number(one.ours, one.unit), floor, ratio, one.beside, f"{one.aim}{met}")
    console = Console(width=160, highlight=False)
    console.print()
    console.print(table)
    for line in (*notes, *(f"FAULT: {fault}" for part in told for fault in part.faults)):
        console.print(line)


def number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or unit == "" else 1
    return f"{value:,.{digits}f} {unit}".strip()


def keep(told: dict[str, Measured], arguments: dict[str, Any], before: dict[str, Any]) -> Path:
    """The run as JSON: bench/results/<time>.json."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    figures = [{**asdict(one), "ratio": one.ratio} for part in told.values() for one in part.figures]
    raw = {name: {**part.raw, "faults": part.faults} for name, part in told.items()}
    whole = {"began": before, "ended": machine(), "arguments": arguments, "figures": figures, "raw": raw}
    path.write_text(json.dumps(whole, indent=2, default=str) + "\n")
    return path
