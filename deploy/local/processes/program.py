"""One process that the supervisor keeps: how it starts, when it answers, how it ends."""

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.trouble import Trouble

PR_SET_PDEATHSIG = 1
LOG_MAX_BYTES = 20_000_000  # a longer log is put aside as .1 when its process starts again


async def _at_once() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process by its command; `ready` is asked again until it says yes.

    `needs` names the parts that must answer before it is started: without them it would only end again.
    """

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], Awaitable[bool]] = _at_once
    needs: Sequence[str] = ()
    stop: signal.Signals = signal.SIGTERM
    stop_max_s: float = 30
    start_max_s: float = 300
    user: str | None = None
    cwd: Path | None = None


def start(part: Program) -> subprocess.Popen[bytes]:
    """The process, in a session of its own, ended by the kernel if this process dies without ending it."""
    part.log.parent.mkdir(parents=True, exist_ok=True)
    if part.log.exists() and part.log.stat().st_size > LOG_MAX_BYTES:
        os.replace(part.log, part.log.with_suffix(part.log.suffix + ".1"))
    with part.log.open("ab") as log:
        return subprocess.Popen(
            part.argv,
            env={**_inherited(), **part.env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=part.cwd,
            user=part.user,
            group=pwd.getpwnam(part.user).pw_gid if part.user else None,
            extra_groups=[] if part.user else None,
            start_new_session=True,
            preexec_fn=_dies_with(os.getpid(), part.stop),
        )


def _inherited() -> dict[str, str]:
    """Of our own environment a part gets paths and language, and no secret of the shell that started us."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "TZ", "PORTAL_CACHE", "XDG_CACHE_HOME")
    return {name: os.environ[name] for name in kept if name in os.environ}


def made_files(whose: str, folder: Path, command: Sequence[str], user: str | None = None) -> None:
    """Runs what makes an engine's files in this folder, as this user; Trouble says why it could not."""
    done = subprocess.run(command, capture_output=True, user=user, cwd="/" if user else None, check=False)
    if done.returncode:
        why = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"{whose} could not make its files in {folder} ({why}): see that the folder can be written.")


_libc = ctypes.CDLL(None, use_errno=True)


def _dies_with(parent: int, stop: signal.Signals) -> Callable[[], None]:
    """Has Linux send `stop` to the child when its parent dies, even by SIGKILL; a child of a dead parent ends."""

    def ask() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(stop))
        if os.getppid() != parent:
            os._exit(1)

    return ask


def started_at(pid: int) -> str | None:
    """When a process started, in clock ticks since boot; with the pid it names one process. None: there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]
