"""Lookup as a real process that ends itself by SIGKILL before or after a search's commit; started by test_kills.py.

`python -m tests.lookup.searching.crashing before|after SOCKET`; the DSN and identity's signing key come through the
environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from joserfc.jwk import OKPKey

from services.lookup.app import service
from services.lookup.settings import Settings
from shared.database.pool import Database, connect
from shared.database.tx import Cause, Tx
from shared.web.app import asgi
from tests.support.web import Issuer


class Crashing(Database):
    """The service's own database, but for the kill."""

    when = "after"

    @asynccontextmanager
    async def transaction(self, cause: Cause, doing: str = "work") -> AsyncIterator[Tx]:
        async with super().transaction(cause, doing) as tx:
            yield tx
            if self.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)  # committed, and no word of the answer has been written


async def main(when: str, socket: str) -> None:
    database = await connect(os.environ["CRASHING_DSN"], "lookup")
    crashing = Crashing(database.pool, "lookup")
    crashing.when = when
    issuer = Issuer(OKPKey.import_key(json.loads(os.environ["CRASHING_KEY"])))
    app = asgi(service, Settings(), crashing, issuer.keys())
    await uvicorn.Server(uvicorn.Config(app, uds=socket, lifespan="off", log_config=None)).serve()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
