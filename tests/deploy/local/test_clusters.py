"""Who may enter which PostgreSQL, and what a role with REPLICATION can see there and what not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from deploy.demo import council
from deploy.demo.council import CAPTURE, SOURCE
from deploy.local.engines import postgres
from deploy.local.processes import ports
from deploy.local.processes.run import RunFile
from deploy.local.processes.supervisor import Supervisor
from deploy.operate import databases
from deploy.services import load_all
from tests.support import homes

pytestmark = pytest.mark.engines

PASSWORD = "test"
BY_RULE, BY_GRANT = asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InsufficientPrivilegeError
OPEN = "host all all all scram-sha-256\n"
CHANGE = "UPDATE person SET address = '7 Canary Close' WHERE id = 1"
PLAN = "UPDATE involvement SET plan = 'looked_after', reason = 'a canary of a reason' WHERE id = 1"
HIDDEN = ("7 Canary Close", "looked_after", "a canary of a reason")


@dataclass(frozen=True)
class Cluster:
    """A server with rules and settings as a home has them."""

    dsn: str
    data: Path

    def as_(self, role: str, database: str) -> str:
        return databases.at(self.dsn, database, role, PASSWORD)

    async def refuses(self, role: str, database: str, how: type[Exception]) -> bool:
        try:
            async with databases.connected(self.as_(role, database)):
                return False
        except how:
            return True

    async def admit(self, rules: Path) -> None:
        postgres.admit(self.data, rules)
        async with databases.connected(self.dsn) as admin:
            await admin.execute("SELECT pg_reload_conf()")

    async def copied(self, role: str, to: Path) -> tuple[bool, str]:
        """Whether pg_basebackup copies the whole cluster, and what it says."""
        at = ["-h", ports.LOOPBACK, "-p", self.dsn.rpartition(":")[2].partition("/")[0], "-U", role, "-D", str(to)]
        process = await asyncio.create_subprocess_exec(
            str(postgres.binaries() / "pg_basebackup"), *at, "--no-password", "--checkpoint=fast", "--no-slot",
            env={"PGPASSWORD": PASSWORD}, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        return process.returncode == 0, said.decode()


@asynccontextmanager
async def running(cluster: str, settings: Mapping[str, str]) -> AsyncIterator[Cluster]:
    with homes.home("test") as home:
        data, [port] = postgres.data_folder(home, cluster), ports.find(1)
        await asyncio.to_thread(postgres.initialise, data, PASSWORD)
        supervisor = Supervisor(RunFile(home))
        try:
            lean = {**settings, "fsync": "off", "max_connections": "30", "shared_buffers": "32MB"}
            await supervisor.start(postgres.part(home, port, PASSWORD, lean, cluster))
            yield Cluster(postgres.dsn(port, PASSWORD), data)
        finally:
            await supervisor.stop()


@pytest.fixture(scope="module")
async def services() -> AsyncIterator[Cluster]:
    async with running(postgres.SERVICES, postgres.SETTINGS) as made:
        manifests = load_all()
        roles = [role(s.name) for s in manifests for role in (databases.owner, databases.user)]
        await databases.prepare(made.dsn, manifests, dict.fromkeys(roles, PASSWORD))
        yield made


@pytest.fixture(scope="module")
async def source() -> AsyncIterator[Cluster]:
    async with running(postgres.SOURCE, postgres.CAPTURED) as made:
        await case_system(made)
        await made.admit(postgres.RULES / "source.hba.conf")
        yield made


async def case_system(cluster: Cluster) -> None:
    await databases.close_cluster(cluster.dsn)
    for name in (SOURCE, "another"):
        await databases.make_database(cluster.dsn, name, postgres.ADMIN)
    dsn = databases.at(cluster.dsn, SOURCE)
    await council.prepare(dsn, capture_password=PASSWORD)
    await council.load(dsn, schools=2, children=60, seed=1)


@pytest.mark.parametrize("how", [BY_GRANT, BY_RULE])
async def test_a_services_roles_enter_their_own_database_and_no_other(
    services: Cluster, tmp_path: Path, how: type[Exception]
) -> None:
    (tmp_path / "open").write_text(OPEN)
    await services.admit(tmp_path / "open" if how is BY_GRANT else postgres.RULES / "services.hba.conf")
    names = [service.name for service in load_all() if service.database]
    for name in names:
        for role in (databases.owner(name), databases.user(name)):
            entered = [at for at in (*names, "postgres", "template1") if not await services.refuses(role, at, how)]
            assert entered == [name]


async def test_nobody_copies_the_services_cluster(services: Cluster, tmp_path: Path) -> None:
    for role in (postgres.ADMIN, databases.user("identity")):
        assert not (await services.copied(role, tmp_path / role))[0]


async def test_the_capture_enters_the_case_system_and_no_other_database(source: Cluster) -> None:
    there = (SOURCE, "another", "postgres", "template1")
    assert [at for at in there if not await source.refuses(CAPTURE, at, BY_RULE)] == [SOURCE]


async def test_the_capture_cannot_copy_its_cluster(source: Cluster, tmp_path: Path) -> None:
    done, said = await source.copied(CAPTURE, tmp_path / "copy")
    assert not done
    assert "pg_hba.conf rejects replication connection" in said


async def seen(cluster: Cluster, plugin: str, **options: str) -> str:
    """All that the capture's role reads of two changes through a slot of its own."""
    words = [word for pair in options.items() for word in pair]
    async with databases.connected(cluster.as_(CAPTURE, SOURCE)) as capture:
        await capture.execute(f"SELECT pg_create_logical_replication_slot('own', '{plugin}')")
        async with databases.connected(databases.at(cluster.dsn, SOURCE)) as owner:
            await owner.execute(CHANGE)
            await owner.execute(PLAN)
        rows = await capture.fetch(
            "SELECT data FROM pg_logical_slot_get_binary_changes('own', NULL, NULL, VARIADIC $1::text[])", words
        )
        await capture.execute("SELECT pg_drop_replication_slot('own')")
    return b"".join(row["data"] for row in rows).decode("utf-8", errors="replace")


async def test_through_a_slot_of_its_own_the_capture_sees_what_is_published_and_nothing_else(source: Cluster) -> None:
    shown = await seen(source, "pgoutput", proto_version="1", publication_names="portal")
    assert "Thornwick" in shown
    assert not [value for value in HIDDEN if value in shown]
    async with databases.connected(source.as_(CAPTURE, SOURCE)) as capture:
        for refused in ("CREATE PUBLICATION mine FOR TABLE person", "SELECT address FROM person"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await capture.execute(refused)
        for path in ("test_decoding", "$libdir/test_decoding"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="may not be used as an output plugin"):
                await capture.execute(f"SELECT pg_create_logical_replication_slot('own', '{path}')")


async def test_where_test_decoding_is_allowed_the_same_role_sees_every_column() -> None:
    """What decision 0022 says of a council's own server: neither grants nor column lists keep it from such a role."""
    logical = {**postgres.SETTINGS, "wal_level": "logical", "max_wal_senders": "2", "max_replication_slots": "2"}
    async with running(postgres.SERVICES, logical) as usual:
        await case_system(usual)
        shown = await seen(usual, "test_decoding")
        assert [value for value in HIDDEN if value in shown] == list(HIDDEN)


async def test_the_rules_have_a_line_for_every_service() -> None:
    lines = {tuple(line.split()[1:3]) for line in (postgres.RULES / "services.hba.conf").read_text().splitlines()}
    wanted = {(s.name, f"{databases.owner(s.name)},{databases.user(s.name)}") for s in load_all() if s.database}
    assert wanted <= lines
