"""`python -m tests.deploy.rebuild.killed DSN KAFKA PREFIX MOMENT`: a rebuild that kills itself.

MOMENT: what it says then, or `swapped`: when all has been put in place, and nothing is committed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from deploy.operate.rebuild import whole
from deploy.operate.rebuild.beside import Beside
from deploy.operate.rebuild.whole import Ordered
from services.lookup.app import service
from tests.deploy.rebuild.world import KEPT, bus_of


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def ends_after_the_swap() -> None:
    put_in_place = Beside.put_in_place

    async def and_ends(beside: Beside) -> None:
        await put_in_place(beside)
        end()

    setattr(Beside, "put_in_place", and_ends)  # noqa: B010 - the moment lies within a transaction that nobody sees


async def main(dsn: str, servers: str, prefix: str, moment: str) -> None:
    if moment == "swapped":
        ends_after_the_swap()

    def say(line: str) -> None:
        if moment in line:
            end()

    await whole.rebuild(Ordered(service, dsn, bus_of(servers, prefix), KEPT, say))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
