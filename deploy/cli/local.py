"""`portal up`, `down`, `status` and `logs`: the whole portal on this machine, as a person sees it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import asyncpg
import typer

from deploy.cli.screen import console, show, show_json
from deploy.cli.where import HomeOption
from deploy.demo.accounts import listed
from deploy.demo.cases import cases
from deploy.local import jars, platform
from deploy.local.current import SO_FAR, loading_in
from deploy.local.engines import kafka, postgres
from deploy.local.home import HOME, Remembered, accounts_file, alone, make_home, opened
from deploy.local.places import Places, require_running
from deploy.local.platform import UpOptions
from deploy.local.processes.run import Run, RunFile
from deploy.local.processes.supervisor import sweep
from deploy.machine import require_disk
from deploy.services import NAMES
from deploy.trouble import Trouble

ASK_AGAIN_S = 0.2
DOWN_MAX_S = 120.0
DETACHED = "PORTAL_DETACHED"  # set for a supervisor that nobody watches
SHOWN_ROLES = ("lead", "data_protection_officer")
SHOWN_OUTCOMES = ("found", "no_open_case", "call_team")


class Progress:
    """Prints each change of a part once, with the seconds since the start; `status` is what is waited for."""

    def __init__(self, *said: str) -> None:
        self.said = said
        self.began = time.monotonic()
        self.seen: dict[str, str] = {}
        self.status = console.status("starting")

    def __call__(self, name: str, to: str) -> None:
        if self.seen.get(name) == to:
            return
        self.seen[name] = to
        waiting = [other for other, is_ in self.seen.items() if is_ not in ("ready", "stopped")]
        self.status.update(f"waiting for {', '.join(waiting)}" if waiting else "")
        if to in self.said or to.startswith(("ended", "waits for", SO_FAR)):
            console.print(f"[dim]{time.monotonic() - self.began:5.1f} s[/dim]  {name} {to}")

    def tell(self, run: Run) -> None:
        for name, part in run.parts.items():
            self(name, part.state)
        if run.records:
            self("council's records", run.records)


def up(
    home: HomeOption = None,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running when it is ready.")] = False,
    schools: Annotated[int | None, typer.Option(min=2, max=5000, help="Schools of the demo council: 6.")] = None,
    children: Annotated[int | None, typer.Option(min=50, help="Children of the demo council: 1200.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the pages; found if not given.")] = None,
    model: Annotated[
        Literal["council", "ssd"] | None,
        typer.Option(help="How the council's records come: change data capture (council) or extracts (ssd)."),
    ] = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="No made-up council: schools, people and extracts are yours.")
    ] = False,
) -> None:
    """Start everything and wait until it answers; Ctrl-C stops everything in order."""
    folder, wanted = opened(home), UpOptions(schools, children, port, model, empty)
    progress = Progress("ready", "stopped")
    make_home(folder)
    require_disk(folder)
    with progress.status:
        _fetch(progress)
        if detach:
            _detached(folder, wanted, progress)
        else:
            _supervise(folder, wanted, progress)


def _fetch(progress: Progress) -> None:
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
    progress.status.stop()
    if not os.environ.get(DETACHED):  # what it prints then is a log, which holds no passwords
        _greet(places)
        console.print("Ctrl-C stops everything.")


def _detached(home: Path, wanted: UpOptions, progress: Progress) -> None:
    """Starts a supervisor that runs on, and waits with it until all answers."""
    asked = {
        "--schools": wanted.schools, "--children": wanted.children, "--port": wanted.gateway_port,
        "--model": wanted.model,
    }  # fmt: skip
    arguments = [str(word) for option in asked.items() if option[1] is not None for word in option]
    arguments += ["--empty"] if wanted.empty else []
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
    _greet(Places(home, Remembered.open(home)))
    console.print("It runs on; `portal down` stops it.")


def _wait(home: Path, process: subprocess.Popen[bytes], progress: Progress) -> None:
    while process.poll() is None:
        run = RunFile(home).read()
        if run.supervisor and run.supervisor.pid == process.pid:
            progress.tell(run)
            if run.state == "ready":
                return
        time.sleep(ASK_AGAIN_S)


def _last_line(log: Path, begins: int) -> str:
    lines = log.read_bytes()[begins:].decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"The supervisor ended at once: see {log}."


def down(home: HomeOption = None) -> None:
    """Stop everything that runs in this home, in order."""
    file, progress = RunFile(opened(home)), Progress("stopped")
    run = file.read()
    if run.supervisor and run.alive:
        os.kill(run.supervisor.pid, signal.SIGTERM)
        deadline = time.monotonic() + DOWN_MAX_S
        with progress.status:
            while run.supervisor.alive and time.monotonic() < deadline:
                progress.tell(file.read())
                time.sleep(ASK_AGAIN_S)
        if run.supervisor.alive:
            os.killpg(run.supervisor.pid, signal.SIGKILL)
    left = sweep(file.read())
    console.print(f"Ended what was left: {', '.join(left)}." if left else "Nothing of it runs any more.")


def status(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One flat object of addresses.")] = False,
    secrets: Annotated[bool, typer.Option("--secrets", help="With --json: administrators' passwords too.")] = False,
) -> None:
    """What runs, where it answers, and how far the council's records have come."""
    places, run = require_running(home)
    if as_json:
        show_json(places.status(secrets))
        return
    addresses = {name: places.url(name) for name in (*NAMES, "connect")} | {"kafka": places.kafka}
    watched = {name: places.operations(name) for name in NAMES}
    show(
        ("part", "state", "pid", "restarts", "address", "operations"),
        [
            (name, part.state, str(part.pid), str(part.restarts), addresses.get(name, ""), watched.get(name, ""))
            for name, part in run.parts.items()
        ],
    )
    console.print(f"\nThe council's records: {_records(places)}.")


def _records(places: Places) -> str:
    """How far they have come, while PostgreSQL answers."""
    try:
        return asyncio.run(loading_in(places)).sentence
    except (OSError, asyncpg.PostgresError):
        return "PostgreSQL does not answer"


def logs(
    service: Annotated[str | None, typer.Argument(help="A service, or postgres, kafka, connect, supervisor.")] = None,
    home: HomeOption = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="The last so many lines of each.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written.")] = False,
) -> None:
    """The last lines of the logs."""
    folder = opened(home) / "logs"
    names = sorted(path.stem for path in folder.glob("*.log"))
    if service and service not in names:
        raise Trouble(f"There is no log of {service}: choose one of {', '.join(names) or 'none yet'}.")
    files = [str(folder / f"{name}.log") for name in ([service] if service else names)]
    if files:
        subprocess.run(["tail", f"--lines={lines}", *(["--follow=name"] if follow else []), *files], check=False)


def _greet(places: Places) -> None:
    """The way in: two people to sign in as, where their codes come from, children to ask for; or what to read."""
    console.print(f"\n[bold]The portal is ready: {places.url('gateway')}[/bold]\n")
    if places.kept.empty:
        console.print("It holds nobody and nothing yet: docs/connect-your-council.md says what comes next.\n")
        return
    people = listed(accounts_file(places.home))
    shown = [next(person for person in people if person["role"] == role) for role in SHOWN_ROLES]
    show(
        ("sign in as", "email", "password"),
        [(one["role"].replace("_", " "), one["email"], one["password"]) for one in shown],
    )
    console.print(f"\nThe 6-digit code: .venv/bin/{_with_home('demo code EMAIL', places)}")
    console.print(f"Everybody else:   .venv/bin/{_with_home('demo accounts', places)}\n")
    known = [next(case for case in cases() if case.shows == outcome) for outcome in SHOWN_OUTCOMES]
    show(
        ("a child on the lead's roll", "UPN", "shows"),
        [(f"{one.given_name} {one.family_name}, {one.born:%-d %B %Y}", one.upn, one.about) for one in known],
    )
    typer.echo("")


def _with_home(words: str, places: Places) -> str:
    return f"portal {words}" if places.home == HOME else f"portal {words} --home {places.home}"
