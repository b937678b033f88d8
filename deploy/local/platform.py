"""The whole portal on one machine: what is started when, what waits for what, and what is made only once."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from deploy.connect import CAPTURE_SECRET, NAME, rest
from deploy.demo import accounts, council, extract, intake, mail
from deploy.demo.council import CAPTURE, SOURCE
from deploy.local import moving
from deploy.local.current import until_current
from deploy.local.engines import connect, kafka, postgres
from deploy.local.home import HOME, Remembered, accounts_file
from deploy.local.places import SOURCE_ADMIN, Places, identity_settings, operations_of
from deploy.local.processes import ports
from deploy.local.processes.program import Program
from deploy.local.processes.run import RunFile
from deploy.local.processes.supervisor import Supervisor
from deploy.operate import acls, databases, topics
from deploy.services import NAMES, load_all
from deploy.trouble import Trouble

SERVICE_STOP_S = 20
TRIES = 30
TRY_AGAIN_S = 1.0
ENGINES = (postgres.SERVICES, postgres.SOURCE, "kafka", "controller", "connect", mail.NAME)
PORT_FIRST = {"gateway": 8400}  # of the home in the checkout: wished for, not insisted on; one that can be remembered


@dataclass(frozen=True)
class UpOptions:
    """What `portal up` was asked for; None, and not `empty`: as this home has it, or else the default.

    A port that was asked for is taken or refused; others are found.
    """

    schools: int | None = None
    children: int | None = None
    gateway_port: int | None = None
    model: str | None = None
    empty: bool = False


@dataclass(frozen=True)
class Size:
    """How large the demo council is. A home keeps the one that it was made with."""

    schools: int
    children: int

    @classmethod
    def of(cls, home: Path, kept: Remembered, wanted: UpOptions) -> Size:
        has = cls(kept.sizes["schools"], kept.sizes["children"]) if kept.sizes else None
        asked = cls(wanted.schools or (has or USUAL).schools, wanted.children or (has or USUAL).children)
        if has not in (None, asked):
            raise Trouble(
                f"{home} already holds a council of {has.schools} schools and {has.children} children: leave --schools"
                " and --children out, or choose another folder with --home."
            )
        return asked


USUAL = Size(schools=6, children=1200)


class Platform:
    """One home, being started. Each step leaves alone what an earlier start has made."""

    def __init__(self, home: Path, wanted: UpOptions, watch: Callable[[str, str], None]) -> None:
        self.home = home
        self.wanted = wanted
        self.watch = watch
        self.kept = Remembered.open(home)
        self.size = Size.of(home, self.kept, wanted)
        self.kept.choose(wanted.model, wanted.empty)
        self.places = Places(home, self.kept)
        self.services = load_all()
        self.file = RunFile(home)
        self.supervisor = Supervisor(self.file, watch)
        self.moving = moving.is_needed(home)
        self.complete_to: datetime | None = None
        """Up to when the extract of this start is complete."""

    async def up(self) -> None:
        """Starts everything, as much at once as can be: services wait for PostgreSQL and Kafka, Connect for Kafka."""
        self._choose_ports()
        self.file.begin()
        async with asyncio.TaskGroup() as tasks:
            cluster = tasks.create_task(asyncio.sleep(0) if self.kept.empty else self._source_cluster())
            stored = tasks.create_task(self._postgres(cluster))
            spoken = tasks.create_task(self._kafka())
            for service in self.services:
                tasks.create_task(_after(partial(self._service, service), stored, spoken))
            tasks.create_task(self._mail())
            if not self.kept.empty:
                self._made_up(tasks, cluster, stored, spoken)
        self.file.become("ready")

    def _made_up(self, tasks: asyncio.TaskGroup, *before: asyncio.Task[None]) -> None:
        """The council that does not exist, its people, and its records in lookup."""
        cluster, stored, spoken = before
        source = tasks.create_task(_after(self._source, cluster, *((stored,) if self.moving else ())))
        comes = self._extract if self.kept.extracts else self._connect
        captured = tasks.create_task(_after(comes, spoken, source))
        tasks.create_task(_after(self._accounts, stored))
        tasks.create_task(_after(self._current, stored, captured))

    async def down(self) -> None:
        """Stops the services, then Connect, then Kafka, then both PostgreSQL servers."""
        self.file.become("stopping")
        servers = [postgres.SERVICES, postgres.SOURCE]
        await self.supervisor.stop(
            [service.name for service in self.services], ["connect", mail.NAME], ["kafka"], servers
        )
        self.file.become("stopped")

    def _choose_ports(self) -> None:
        asked = {"gateway": self.wanted.gateway_port} if self.wanted.gateway_port else {}
        first = PORT_FIRST if self.home == HOME else {}  # several homes that start at once would all wish for it
        kept = {**first, **self.kept.ports}
        chosen = ports.choose((*ENGINES, *NAMES, *map(operations_of, NAMES)), kept, asked)
        # Of those who serve nothing, only operators ask anything.
        silent = {s.name: chosen[operations_of(s.name)] for s in self.services if not s.serves}
        self.kept.ports = {**chosen, **silent}
        self.kept.save()

    async def _postgres(self, source_cluster: asyncio.Task[None]) -> None:
        """The services' cluster, its roles and databases."""
        password = self.kept.secret(postgres.ADMIN)
        await self._cluster_files(postgres.SERVICES, password, "services.hba.conf")
        if self.moving:
            await source_cluster
            self.watch("council", "moving to a cluster of its own")
            await moving.move(self.places, self.supervisor)
        await self.supervisor.start(postgres.part(self.home, self.kept.ports[postgres.SERVICES], password))
        roles = [role(s.name) for s in self.services for role in (databases.owner, databases.user)]
        self.watch("databases", "starting")
        await databases.prepare(self.places.postgres, self.services, {role: self.kept.secret(role) for role in roles})
        self.watch("databases", "ready")

    async def _source_cluster(self) -> None:
        """The case system's own cluster: who captures the source can reach nothing of the services."""
        password = self.kept.secret(SOURCE_ADMIN)
        await self._cluster_files(postgres.SOURCE, password, "source.hba.conf")
        port = self.kept.ports[postgres.SOURCE]
        await self.supervisor.start(postgres.part(self.home, port, password, postgres.CAPTURED, postgres.SOURCE))

    async def _cluster_files(self, cluster: str, password: str, rules: str) -> None:
        data = postgres.data_folder(self.home, cluster)
        await self._doing(cluster, "making its files", postgres.initialise, data, password)
        postgres.admit(data, postgres.RULES / rules)

    async def _kafka(self) -> None:
        port, controller = self.kept.ports["kafka"], self.kept.ports["controller"]
        known = self.places.brokers_passwords
        await self._doing("kafka", "making its files", kafka.initialise, self.home, port, controller, known)
        await self.supervisor.start(kafka.part(self.home, port))
        self.watch("topics", "starting")
        logging.getLogger("aiokafka.conn").setLevel(logging.ERROR)  # it warns of PLAIN, though it is on loopback
        first = replace(self.places.cluster(), mechanism="PLAIN")
        users = {name: self.places.kafka_password(name) for name in (*acls.principals(self.services), acls.OPERATOR)}
        await patiently(lambda: acls.apply(first, self.services, users, alone=True), "Kafka makes no users")
        await patiently(lambda: topics.ensure(self.places.cluster(), self.services), "Kafka makes no topics")
        self.watch("topics", "ready")

    async def _source(self) -> None:
        """The demo council's case system, filled once."""
        self.watch("council", "starting")
        await databases.close_cluster(self.places.source_cluster)
        await databases.make_database(self.places.source_cluster, SOURCE, postgres.ADMIN)
        await council.prepare(self.places.source, capture_password=self.kept.secret(CAPTURE))
        await intake.prepare(self.places.source, self.kept.secret(intake.INTAKE))
        await council.load(
            self.places.source, schools=self.size.schools, children=self.size.children, seed=council.SEED
        )
        self.kept.sizes = asdict(self.size)
        self.kept.save()
        self.watch("council", "ready")

    async def _connect(self) -> None:
        secrets, password = {CAPTURE_SECRET: self.kept.secret(CAPTURE)}, self.kept.secret(acls.CONNECT)
        port, cluster = self.kept.ports["connect"], self.places.cluster(acls.CONNECT)
        await self.supervisor.start(connect.part(self.home, cluster, port, password, secrets))
        await rest.put_connector(self.places.url("connect"), password, NAME, self.places.connector())

    async def _extract(self) -> None:
        """The council's records of now, laid down as an extract; no Kafka Connect runs."""
        assert self.kept.extracts is not None
        self.complete_to = await extract.lay_down(self.places.source, self.kept.extracts)

    async def _current(self) -> None:
        """Waits until lookup holds the council's records of now: until then no search can be sure."""

        def tell(how: str) -> None:
            self.watch("council's records", how)
            self.file.tell(how)

        await until_current(self.places, self.complete_to, self.size.children, tell)

    async def _service(self, service: Any) -> None:
        await self.supervisor.start(
            Program(
                name=service.name,
                argv=[sys.executable, "-m", "deploy.cli", "run", service.name, "--role", "all"],
                log=self.home / "logs" / f"{service.name}.log",
                env={**self.places.environment(service.name, service.database), "PYTHONUNBUFFERED": "1"},
                ready=lambda: ports.replies(f"{self.places.operations(service.name)}/readyz"),
                stop_max_s=SERVICE_STOP_S,
            )
        )

    async def _mail(self) -> None:
        """The demo's mail server, which takes every e-mail and delivers none."""
        port, folder = self.kept.ports[mail.NAME], mail.folder_of(self.home)
        catch = ["demo", "catch-mail", "--folder", str(folder), "--port", str(port)]
        await self.supervisor.start(
            Program(
                name=mail.NAME,
                argv=[sys.executable, "-m", "deploy.cli", *catch],
                log=self.home / "logs" / f"{mail.NAME}.log",
                ready=lambda: asyncio.to_thread(ports.answers, port),
            )
        )

    async def _accounts(self) -> None:
        """Demo schools and the people who sign in for them; what is there already stays."""
        self.watch("accounts", "starting")
        settings = identity_settings(self.places)
        dsn = settings.database_url.get_secret_value()
        await accounts.seed(dsn, settings, accounts_file(self.home), council.schools(self.size.schools))
        self.watch("accounts", "ready")

    async def _doing(self, name: str, what: str, work: Callable[..., object], *args: Any) -> None:
        self.watch(name, what)
        await asyncio.to_thread(work, *args)


async def _after(work: Callable[[], Awaitable[None]], *before: asyncio.Task[None]) -> None:
    await asyncio.gather(*before)
    await work()


async def patiently(work: Callable[[], Awaitable[object]], what: str) -> None:
    """Tries again what a broker that has just started may refuse; after TRIES, Trouble says `what` does not work."""
    for _ in range(TRIES):
        try:
            await work()
            return
        except Exception as error:
            failed = type(error).__name__
            await asyncio.sleep(TRY_AGAIN_S)
    raise Trouble(f"{what} ({failed}): see `portal logs kafka`.")


async def serve(
    home: Path, wanted: UpOptions, watch: Callable[[str, str], None], ready: Callable[[Places], None]
) -> None:
    """Starts everything, waits for SIGTERM or Ctrl-C, stops everything; then raises what failed on the way up."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    platform = Platform(home, wanted, watch)
    rising = asyncio.create_task(platform.up())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({rising, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if rising.done():
            rising.result()
            ready(platform.places)
            await stopping
    except BaseExceptionGroup as several:
        raise _first(several) from several
    finally:
        rising.cancel()
        await asyncio.gather(rising, return_exceptions=True)
        await platform.down()


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    """The failure that began it; what was cancelled because of it is not looked at."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
