"""The supervisor: what dies comes back, what ends stays ended, and nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from deploy.local.engines import postgres
from deploy.local.home import make_home
from deploy.local.processes import ports
from deploy.local.processes.program import Program, started_at
from deploy.local.processes.run import Run, RunFile
from deploy.local.processes.supervisor import PAUSE_FIRST_S, PAUSE_MAX_S, Supervisor, sweep
from deploy.trouble import Trouble
from tests.support import homes
from tests.support.until import until

SLEEPER = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


def sleeper(home: Path, name: str) -> Program:
    """A process that shows by a file that it is there."""
    sign = home / f"{name}.sign"

    async def ready() -> bool:
        return sign.exists()

    return Program(
        name=name, argv=[sys.executable, "-c", SLEEPER, str(sign)], log=home / f"logs/{name}.log", ready=ready
    )


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

    part = Program(name="weak", argv=["false"], log=home / "logs/weak.log", ready=never)
    with pytest.raises(Trouble, match=r"weak ended while it was starting: its log, .*weak\.log"):
        await supervisor(home).start(part)


async def seen(home: Path, name: str) -> tuple[int, str]:
    one = RunFile(home).read().parts[name]
    return one.restarts, one.state


@pytest.mark.parametrize("failure", [asyncpg.AdminShutdownError("57P01"), EOFError(), RuntimeError("unforeseen")])
async def test_whatever_a_question_fails_with_the_part_is_asked_again_and_kept(home: Path, failure: Exception) -> None:
    part, fails = sleeper(home, "one"), [failure] * 3

    async def ready() -> bool:
        if fails:
            raise fails.pop()
        return await part.ready()

    kept = supervisor(home)
    await kept.start(replace(part, ready=ready))
    fails[:] = [failure] * 3
    kept.kept["one"].process.kill()
    await until(lambda: seen(home, "one"), lambda now: now == (1, "ready"))
    await kept.stop()


async def test_a_keeper_that_fails_is_told_and_followed_by_another(home: Path) -> None:
    kept, told = supervisor(home), []
    await kept.start(sleeper(home, "one"))
    kept.watch = lambda name, state: told.append(state)
    log = home / "logs/one.log"
    log.unlink()
    log.mkdir()  # it cannot be started now
    kept.kept["one"].process.kill()

    async def told_of() -> bool:
        return "ended: its keeper, by IsADirectoryError" in told

    await until(told_of)
    log.rmdir()
    await until(lambda: seen(home, "one"), lambda now: now[1] == "ready", within_s=30)
    await kept.stop()


async def test_a_full_disk_ends_no_keeper(home: Path) -> None:
    kept = supervisor(home)
    await kept.start(sleeper(home, "one"))
    first = kept.kept["one"].process.pid
    kept.file.path = home / "no/such/folder" / "run.json"
    (home / "no").write_text("a file where the folder would be")
    os.kill(first, signal.SIGKILL)

    async def another() -> bool:
        return kept.kept["one"].process.pid != first and kept.kept["one"].ready

    await until(another)
    await kept.stop()


NEEDY = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).exists() or sys.exit(2); time.sleep(600)"


async def test_a_part_waits_for_what_it_needs_and_does_not_pay_for_it(home: Path) -> None:
    kept, broker = supervisor(home), sleeper(home, "broker")
    sign = home / "broker.sign"
    await kept.start(broker)
    needy = Program(
        name="needy", argv=[sys.executable, "-c", NEEDY, str(sign)], log=home / "logs/n.log", needs=["broker"]
    )
    await kept.start(needy)
    kept.kept["broker"].part = replace(broker, argv=["sleep", "600"])  # it runs, and does not answer yet
    sign.unlink()
    for one in kept.kept.values():
        one.process.kill()
    await until(lambda: seen(home, "needy"), lambda now: now == (0, "waits for broker"))
    sign.touch()
    await until(lambda: seen(home, "needy"), lambda now: now == (1, "ready"))
    assert kept.kept["needy"].pause_s == PAUSE_FIRST_S
    await kept.stop()


@pytest.fixture
async def cluster() -> AsyncIterator[tuple[Supervisor, Program]]:
    """A real PostgreSQL, made ready and not started."""
    with homes.home("test") as home:
        await asyncio.to_thread(postgres.initialise, postgres.data_folder(home), "test")
        settings = {**postgres.SETTINGS, "fsync": "off", "shared_buffers": "32MB"}
        kept = supervisor(home)
        yield kept, postgres.part(home, ports.find(1)[0], "test", settings)
        await kept.stop()


@pytest.mark.engines
async def test_postgresql_killed_while_it_starts_again_and_again_comes_back(
    cluster: tuple[Supervisor, Program],
) -> None:
    kept, part = cluster
    await kept.start(part)
    one = kept.kept[part.name]

    async def another() -> int:
        return one.process.pid

    for how in (signal.SIGKILL, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGKILL):
        before = one.process.pid
        os.kill(before, how)
        await until(another, lambda now, before=before: now != before, within_s=60)
    await until(lambda: part.ready(), within_s=4 * PAUSE_MAX_S + 30)
    await until(lambda: seen(kept.file.path.parent, part.name), lambda now: now == (5, "ready"), within_s=30)


@pytest.mark.engines
async def test_an_administrator_who_is_not_let_in_is_trouble_at_once(cluster: tuple[Supervisor, Program]) -> None:
    kept, part = cluster
    await kept.start(part)
    with pytest.raises(Trouble, match="does not let its administrator in"):
        await postgres.answers(postgres.dsn(int(part.argv[-1].removeprefix("port=")), "wrong"))


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.deploy.local.test_supervisor import sleeper, supervisor

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
