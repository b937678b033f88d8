"""`python -m tests [check|unit|e2e] [pytest's own arguments]`: what `make test` runs; all three if none is named.

check: lint, types, import rules, migrations, generated documents. unit: every suite but the end to end one, on real
engines that are started once. e2e: the whole portal, in Chromium and under faults. Leaves with 1 if anything failed,
and with a summary in any case.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support import browser
from tests.support.engines import engines

ROOT = Path(__file__).parents[1]
WHOLE = ("tests/e2e", "tests/system", "tests/deploy")  # each starts a portal of its own: one after another
WORKERS_MAX = 4
SLOWEST = "--durations=10"
CHECKS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "migrations": ["-m", "tests.support.squawk"],
    "documents": ["-m", "deploy.generate", "--check"],
}
COMPILED_ONCE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""What a run's many processes read, the first of them compiles for all."""
CLOSING = re.compile(r"^=* ?(?:\d+ \w+,? ?)+in \d")
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|deselected|warnings?)")


@dataclass(frozen=True)
class Outcome:
    """How one step went; `closing` is pytest's last line."""

    name: str
    ok: bool
    took_s: float
    closing: str = ""


async def python(name: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Outcome:
    """Runs our Python, shows what it says, and keeps pytest's closing line."""
    began, closing = time.monotonic(), ""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments,
        cwd=ROOT, env={**COMPILED_ONCE, **(environment or {})},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=2**20,
    )  # fmt: skip
    assert process.stdout
    async for line in process.stdout:
        text = line.decode(errors="replace")
        sys.stdout.write(text)
        sys.stdout.flush()
        closing = text.strip() if CLOSING.match(text) else closing
    return Outcome(name, await process.wait() == 0, time.monotonic() - began, closing)


async def check(_: Sequence[str]) -> list[Outcome]:
    return [await python(name, arguments) for name, arguments in CHECKS.items()]


async def unit(arguments: Sequence[str]) -> list[Outcome]:
    began = time.monotonic()
    async with engines() as running:
        started = Outcome(f"engines ({running.source})", True, time.monotonic() - began)
        count = min((os.cpu_count() or 1) + 1, WORKERS_MAX)  # one more than can work: some wait for engines
        workers = ["-n", str(count), "--dist", "loadfile", "--no-loadscope-reorder"]
        command = ["-m", "pytest", "-q", SLOWEST, "-m", "not e2e", *workers, *arguments]
        return [started, await python("unit", command, running.exported())]


async def e2e(arguments: Sequence[str]) -> list[Outcome]:
    try:
        chromium = browser.install()
    except browser.NoBrowser as missing:
        print(missing, file=sys.stderr)  # noqa: T201
        return [Outcome("e2e", False, 0.0)]
    command = ["-m", "pytest", "-q", SLOWEST, "-m", "e2e", *arguments]
    return [await python(part, [*command, part], {browser.VARIABLE: chromium}) for part in WHOLE]


STEPS: Mapping[str, Callable[[Sequence[str]], Awaitable[list[Outcome]]]] = {"check": check, "unit": unit, "e2e": e2e}


async def main(arguments: Sequence[str]) -> int:
    """Every step, also after one that failed: a run tells all that is wrong."""
    named = [name for name in arguments if name in STEPS] or list(STEPS)
    rest = [word for word in arguments if word not in STEPS]
    outcomes = [outcome for name in named for outcome in await STEPS[name](rest)]
    sys.stdout.write(summary(outcomes))
    return 0 if all(outcome.ok for outcome in outcomes) else 1


def summary(outcomes: Sequence[Outcome]) -> str:
    """A line a step, then pytest's counts together as pytest would close."""
    rows = [f"{'ok    ' if o.ok else 'FAILED'} {o.took_s:7.1f} s  {o.name}" for o in outcomes]
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update({what.rstrip("s"): int(number) for number, what in COUNT.findall(outcome.closing)})
    totals = ", ".join(f"{number} {what}" for what, number in counts.items())
    seconds = sum(outcome.took_s for outcome in outcomes)
    closing = f"{totals} in {seconds:.2f}s" if totals else f"done in {seconds:.2f}s"
    return "\n".join(["", *rows, f"{f' {closing} ':=^80}", ""])


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
