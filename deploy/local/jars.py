"""The Java archives of Kafka, Connect and Debezium: fetched once by jgo, checked against jars.lock at every start.

`python -m deploy.local.jars` resolves the coordinates again and writes the locks. jars-databases.lock has the
connectors of other databases, which nothing here runs: a test has their configurations checked by them.
"""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.trouble import Trouble

KAFKA_VERSION = "4.3.1"
DEBEZIUM_VERSION = "3.5.0.Final"
LOCK = Path(__file__).with_name("jars.lock")
DATABASES_LOCK = Path(__file__).with_name("jars-databases.lock")
# One coordinate a resolution: several at once downgraded kafka-clients. The newest of a twin wins.
PLUGIN = "plugins/debezium"
COORDINATES = {
    "kafka": (
        f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
        f"org.apache.kafka:kafka-tools:{KAFKA_VERSION}",
        f"org.apache.kafka:connect-runtime:{KAFKA_VERSION}",
        f"org.apache.kafka:connect-json:{KAFKA_VERSION}",
        f"org.apache.kafka:connect-transforms:{KAFKA_VERSION}",
        f"org.apache.kafka:connect-basic-auth-extension:{KAFKA_VERSION}",
        "org.slf4j:slf4j-simple:1.7.36",
    ),
    PLUGIN: (f"io.debezium:debezium-connector-postgres:{DEBEZIUM_VERSION}",),
}
SQLSERVER, ORACLE = "plugins/sqlserver", "plugins/oracle"
DATABASES = {
    SQLSERVER: (f"io.debezium:debezium-connector-sqlserver:{DEBEZIUM_VERSION}",),
    ORACLE: (f"io.debezium:debezium-connector-oracle:{DEBEZIUM_VERSION}",),
}
LOCKED: dict[Path, Mapping[str, Sequence[str]]] = {LOCK: COORDINATES, DATABASES_LOCK: DATABASES}
# What the runtime brings itself must not lie on the plugin path: it would shadow the runtime's own.
NOT_IN_PLUGIN = re.compile(r"(kafka-clients|connect-(api|json|runtime|transforms)|slf4j-\w+)$")
# Oracle's connector names four stores for its buffer, with all they need; ours is in memory.
OF_DATABASES = re.compile(
    r"^(io\.debezium|com\.oracle|com\.microsoft|com\.fasterxml|org\.antlr)|jakarta\.ws|protobuf-java$"
)
FETCHES_AT_ONCE = 8
FETCH_TIMEOUT_S = 60


@dataclass(frozen=True)
class Jar:
    """One line of the lock: the sum that a file must have, and where the file comes from."""

    sha256: str
    folder: str
    group: str
    artifact: str
    version: str

    @property
    def file(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    def __str__(self) -> str:
        return f"{self.sha256}  {self.folder}/{self.file}  {self.group}:{self.artifact}:{self.version}"


def cache_folder() -> Path:
    """One folder per user, shared between checkouts."""
    given = os.environ.get("PORTAL_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else base / "schools-child-portal"


def read_lock(lock: Path = LOCK) -> list[Jar]:
    """The lines of the lock, in its order, which is the order on the class path."""
    lines = [line.split() for line in lock.read_text().splitlines() if line and not line.startswith("#")]
    return [Jar(sha256, place.rpartition("/")[0], *origin.split(":")) for sha256, place, origin in lines]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path, jar: Jar) -> None:
    """Raises Trouble if the file is not the one that was locked: such a file is never run."""
    if sha256_of(path) != jar.sha256:
        raise Trouble(
            f"{path} is not the file that deploy/local/jars.lock names (its SHA-256 differs):"
            " remove it and start again; if it comes back so, do not run it."
        )


def install(
    progress: Callable[[str], None] = lambda _: None, lock: Path = LOCK, cache: Path | None = None
) -> dict[str, Path]:
    """Every locked file, checked, in a folder per use ("kafka", PLUGIN); without network if they are there."""
    jars = read_lock(lock)
    root = (cache or cache_folder()) / f"jars-{sha256_of(lock)[:12]}"
    missing = [jar for jar in jars if not (root / jar.folder / jar.file).exists()]
    if missing:
        _fetch(missing, root, progress)
    for jar in jars:
        check(root / jar.folder / jar.file, jar)
    return {jar.folder: root / jar.folder for jar in jars}


def _fetch(missing: Sequence[Jar], root: Path, progress: Callable[[str], None]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as scratch, ThreadPoolExecutor(FETCHES_AT_ONCE) as pool:
        context = _maven(Path(scratch))
        for done, jar in enumerate(pool.map(lambda jar: _fetch_one(context, jar, root), missing), 1):
            progress(f"{done} of {len(missing)} Java archives ({jar.file})")


def _fetch_one(context: Any, jar: Jar, root: Path) -> Jar:
    """Downloads it elsewhere, checks it, then moves it here: the next start never finds a half-written file."""
    try:
        came = Path(context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())
    except Exception as error:  # jgo raises requests' and its own errors
        raise Trouble(
            f"The Java archive {jar.file} could not be fetched ({type(error).__name__}):"
            " connect this machine to the network once, or set the usual proxy variables, and start again."
        ) from error
    check(came, jar)
    target = root / jar.folder / jar.file
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(came, target)
    return jar


def _maven(repository: Path) -> Any:
    from jgo.maven import MavenContext

    return MavenContext(repo_cache=repository, local_repos=[], timeout=FETCH_TIMEOUT_S)


def resolve(folder: str, coordinates: Sequence[str]) -> list[tuple[str, str, str]]:
    """Group, artifact and version of all that these coordinates need: the newest of each."""
    import jgo

    newest: dict[str, tuple[str, str, str]] = {}
    for coordinate in coordinates:
        for found in jgo.resolve(coordinate):
            was = newest.get(found.artifactId)
            if was is None or _order(found.version) > _order(was[2]):
                newest[found.artifactId] = (found.groupId, found.artifactId, found.version)
    return sorted((at for at in newest.values() if _belongs(folder, at)), key=lambda at: at[1])


def _belongs(folder: str, at: tuple[str, str, str]) -> bool:
    if folder in DATABASES and not OF_DATABASES.search(":".join(at[:2])):
        return False
    return folder == "kafka" or not NOT_IN_PLUGIN.match(at[1])


def _order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.\-]", version)]


def write_lock(lock: Path = LOCK) -> None:
    """Fetches everything anew and locks it as it came: trusted this once, and compared at every later start."""
    lines = ["# SHA-256, file, origin. Written by `python -m deploy.local.jars`; checked at every start."]
    with tempfile.TemporaryDirectory() as scratch:
        context = _maven(Path(scratch))
        for folder, coordinates in LOCKED[lock].items():
            for group, artifact, version in resolve(folder, coordinates):
                path = Path(context.project(group, artifact).at_version(version).artifact().resolve())
                lines.append(str(Jar(sha256_of(path), folder, group, artifact, version)))
    lock.write_text("\n".join(lines) + "\n")
    sys.stdout.write(f"{lock}: {len(lines) - 1} archives\n")


if __name__ == "__main__":
    for one in LOCKED:
        write_lock(one)
