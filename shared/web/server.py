"""The listening ports of one process: what a service answers, and beside it what only operators ask."""

import asyncio
import contextlib
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from shared.settings import ServiceSettings
from shared.web.connection import Config
from shared.web.limits import Connections

SHUTDOWN_S = 10
BACKLOG = 512


class Server(uvicorn.Server):
    """uvicorn without its own signal handling (the process decides when to stop), looking ten times a second for
    connections that have had their time."""

    config: Config

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        self.config.connections.close_overdue(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    @property
    def port(self) -> int:
        """Where it listens, once it has started."""
        return int(self.servers[0].sockets[0].getsockname()[1])


def server(app: ASGIApp, service: str, settings: ServiceSettings, public: bool = False) -> Server:
    """What the service answers."""
    return Server(_config(app, Connections(service, settings, public), settings.host, settings.port))


def operations_server(app: ASGIApp, service: str, settings: ServiceSettings) -> Server:
    """What operators ask, on a port of its own; with places of its own, so that it answers while the other is full."""
    host = settings.operations_host or settings.host
    return Server(_config(app, Connections(service, settings), host, settings.operations_port))


def _config(app: ASGIApp, connections: Connections, host: str, port: int) -> Config:
    proxies = connections.bounds.trusted_proxies
    return Config(
        app, connections, host=host, port=port, log_config=None, access_log=False, lifespan="off", server_header=False,
        date_header=True, backlog=BACKLOG, timeout_graceful_shutdown=SHUTDOWN_S,
        proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
    )  # fmt: skip


async def serve(servers: list[Server], stop: asyncio.Event) -> None:
    """All of them, until `stop` is set or one of them ends."""
    serving = [asyncio.create_task(one.serve()) for one in servers]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({*serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for one in servers:
        one.should_exit = True
    stopping.cancel()
    await asyncio.gather(*serving)
