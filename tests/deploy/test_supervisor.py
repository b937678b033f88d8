"""The supervisor: what dies comes back, what ends stays ended, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.part import Part, started_at
from deploy.local.state import Run, RunFile, make_home
from deploy.local.supervisor import Supervisor, sweep
from deploy.local.trouble import Trouble
from tests.support.until import until

SLEEPER = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


def sleeper(home: Path, name: str) -> Part:
    """A process that shows by a file that it is there."""
    sign = home / f"{name}.sign"

    async def ready() -> bool:
        return sign.exists()

    return Part(name=name, argv=[sys.executable, "-c", SLEEPER, str(sign)], log=home / f"logs/{name}.log", ready=ready)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home")


def supervisor(home: Path) -> Supervisor:
    file = RunFile(home)
    file.begin()
    return Supervisor(file)


async def test_what_dies_is_started_again_and_counted(home: Path) -> None:
    kept = supervisor(home)
    await kept.start(sleeper(home, "one"))
    first = kept.kept["one"].process.pid
    os.kill(first, signal.SIGKILL)

    async def seen() -> tuple[int, str]:
        one = RunFile(home).read().parts["one"]
        return one.restarts, one.state

    await until(seen, lambda now: now == (1, "ready"))
    assert kept.kept["one"].process.pid != first
    await kept.stop()


async def test_stop_ends_wave_after_wave_and_leaves_no_process(home: Path) -> None:
    kept, order = supervisor(home), []
    kept.watch = lambda name, state: order.append(name) if state == "stopped" else None
    for name in ("engine", "service"):
        await kept.start(sleeper(home, name))
    pids = [one.process.pid for one in kept.kept.values()]
    await kept.stop(["service"], ["engine"])
    assert order == ["service", "engine"]
    assert [started_at(pid) for pid in pids] == [None, None]


async def test_a_part_that_ends_while_starting_is_trouble_that_names_its_log(home: Path) -> None:
    async def never() -> bool:
        return False

    part = Part(name="weak", argv=["false"], log=home / "logs/weak.log", ready=never)
    with pytest.raises(Trouble, match=r"weak ended while it was starting: its log, .*weak\.log"):
        await supervisor(home).start(part)


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.deploy.test_supervisor import sleeper, supervisor

async def main():
    home = Path(sys.argv[1])
    await supervisor(home).start(sleeper(home, "one"))
    (home / "started").touch()
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_supervisor_killed_outright_takes_its_parts_along(home: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(home)])

    async def there() -> bool:
        return (home / "started").exists()

    await until(there)
    part = RunFile(home).read().parts["one"]
    process.kill()
    process.wait()

    async def gone() -> bool:
        return not part.alive

    await until(gone)


async def test_sweep_ends_only_what_the_run_file_names_by_pid_and_start(home: Path) -> None:
    kept = supervisor(home)
    await kept.start(sleeper(home, "one"))
    process = kept.kept["one"].process
    kept.stopping = True
    run = RunFile(home).read()
    stranger = Run(parts={"one": run.parts["one"].__class__(process.pid, "1", "ready")})
    assert sweep(stranger) == []
    assert sweep(run) == ["one"]
    assert process.wait() == -signal.SIGTERM
