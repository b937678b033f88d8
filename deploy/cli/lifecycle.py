"""`portal up`, `down` and `status` as a person sees them: what starts and stops, whom to sign in as, what runs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import typer
from rich.table import Table

from deploy.cli.screen import console
from deploy.demo import council
from deploy.demo.accounts import listed
from deploy.local import jars, platform
from deploy.local.engines import kafka, postgres
from deploy.local.home import HOME, Remembered, accounts_file, alone, make_home
from deploy.local.machine import require_disk
from deploy.local.places import Places
from deploy.local.platform import UpOptions
from deploy.local.processes.run import Run, RunFile
from deploy.local.processes.supervisor import sweep
from deploy.services import NAMES
from deploy.trouble import Trouble

ASK_AGAIN_S = 0.2
DOWN_MAX_S = 120.0
DETACHED = "PORTAL_DETACHED"  # set for a supervisor that nobody watches
SHOWN_ROLES = ("lead", "data_protection_officer")
SHOWN_OUTCOMES = ("found", "no_open_case", "call_team")


class Progress:
    """Prints each change of a part once, with the seconds since the start."""

    def __init__(self, *said: str) -> None:
        self.said = said
        self.began = time.monotonic()
        self.seen: dict[str, str] = {}
        self.status = console.status("starting") if console.is_terminal else None

    def __enter__(self) -> Progress:
        if self.status:
            self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.status:
            self.status.stop()

    def __call__(self, name: str, to: str) -> None:
        if self.seen.get(name) == to:
            return
        self.seen[name] = to
        waiting = [other for other, is_ in self.seen.items() if is_ not in ("ready", "stopped")]
        if self.status:
            self.status.update(f"waiting for {', '.join(waiting)}" if waiting else "")
        if to in self.said or to.startswith(("ended", "waits for")):
            console.print(f"[dim]{time.monotonic() - self.began:5.1f} s[/dim]  {name} {to}")


def up(home: Path, wanted: UpOptions, detach: bool) -> None:
    """Foreground: supervise here. Detached: start a supervisor, and wait with it until all answers."""
    make_home(home)
    require_disk(home)
    with Progress("ready", "stopped") as progress:
        fetch(progress)
        if detach:
            _detached(home, wanted, progress)
        else:
            _supervise(home, wanted, progress)


def fetch(progress: Callable[[str, str], None]) -> None:
    """Fetches what the engines need before anything starts, so that a missing network is told at once."""
    kafka.java()
    postgres.binaries()
    jars.install(lambda what: progress("downloads", what))


def _supervise(home: Path, wanted: UpOptions, progress: Progress) -> None:
    with alone(home):
        left = sweep(RunFile(home).read())
        if left:
            console.print(f"Ended what an earlier start had left behind: {', '.join(left)}.")
        asyncio.run(platform.serve(home, wanted, progress, lambda places: _ready(places, progress)))


def _ready(places: Places, progress: Progress) -> None:
    if progress.status:
        progress.status.stop()
    if not os.environ.get(DETACHED):  # what it prints then is a log, which holds no passwords
        greet(places)
        console.print("Ctrl-C stops everything.")


def _detached(home: Path, wanted: UpOptions, progress: Progress) -> None:
    asked = {"--schools": wanted.schools, "--children": wanted.children, "--port": wanted.gateway_port}
    arguments = [str(word) for option in asked.items() if option[1] is not None for word in option]
    log = home / "logs/supervisor.log"
    with log.open("ab") as file:
        begins = file.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "up", "--home", str(home), *arguments],
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, DETACHED: "1"},
        )  # fmt: skip
    try:
        _wait(home, process, progress)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    if process.poll() is not None:
        raise Trouble(_last_line(log, begins))
    greet(Places(home, Remembered.open(home)))
    console.print("It runs on; `portal down` stops it.")


def _wait(home: Path, process: subprocess.Popen[bytes], progress: Progress) -> None:
    while process.poll() is None:
        run = RunFile(home).read()
        if run.supervisor and run.supervisor.pid == process.pid:
            for name, part in run.parts.items():
                progress(name, part.state)
            if run.state == "ready":
                return
        time.sleep(ASK_AGAIN_S)


def _last_line(log: Path, begins: int) -> str:
    lines = log.read_bytes()[begins:].decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"The supervisor ended at once: see {log}."


def down(home: Path) -> None:
    """Asks the supervisor to end, waits until it has, and ends what an earlier one left behind."""
    run = RunFile(home).read()
    if run.supervisor and run.alive:
        os.kill(run.supervisor.pid, signal.SIGTERM)
        deadline = time.monotonic() + DOWN_MAX_S
        with Progress("stopped") as progress:
            while run.supervisor.alive and time.monotonic() < deadline:
                for name, part in RunFile(home).read().parts.items():
                    progress(name, part.state)
                time.sleep(ASK_AGAIN_S)
        if run.supervisor.alive:
            os.killpg(run.supervisor.pid, signal.SIGKILL)
    left = sweep(RunFile(home).read())
    console.print(f"Ended what was left: {', '.join(left)}." if left else "Nothing of it runs any more.")


def show(places: Places, run: Run) -> None:
    """What runs, as a table; no passwords."""
    addresses = {name: places.url(name) for name in (*NAMES, "connect")} | {"kafka": places.kafka}
    watched = {name: places.operations(name) for name in NAMES}
    table = Table("part", "state", "pid", "restarts", "address", "operations", box=None)
    for name, part in run.parts.items():
        shown = (name, part.state, str(part.pid), str(part.restarts), addresses.get(name, ""), watched.get(name, ""))
        table.add_row(*shown)
    console.print(table)


def greet(places: Places) -> None:
    """The way in: two people to sign in as, where their codes come from, and children to ask for."""
    console.print(f"\n[bold]The portal is ready: {places.url('gateway')}[/bold]\n")
    table = Table("sign in as", "email", "password", box=None)
    people = listed(accounts_file(places.home))
    for role in SHOWN_ROLES:
        person = next(person for person in people if person["role"] == role)
        table.add_row(role.replace("_", " "), person["email"], person["password"])
    console.print(table)
    console.print(f"\nThe 6-digit code: .venv/bin/{_with_home('demo code EMAIL', places)}")
    console.print(f"Everybody else:   .venv/bin/{_with_home('demo accounts', places)}\n")
    children = Table("a child on the lead's roll", "UPN", "shows", box=None)
    for outcome in SHOWN_OUTCOMES:
        case = next(case for case in council.cases() if case.shows == outcome)
        children.add_row(f"{case.given_name} {case.family_name}, {case.born:%-d %B %Y}", case.upn, case.about)
    console.print(children)
    typer.echo("")


def _with_home(words: str, places: Places) -> str:
    return f"portal {words}" if places.home == HOME else f"portal {words} --home {places.home}"
