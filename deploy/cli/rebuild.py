"""`portal rebuild`: what a service keeps of the council's records, read anew from Kafka while it goes on answering."""

import asyncio
import os
from functools import partial
from typing import Annotated

import typer

from deploy import services
from deploy.cli.where import HomeOption, operated
from deploy.local.places import require_running
from deploy.operate import databases
from deploy.operate.rebuild import whole
from deploy.operate.rebuild.beside import kept_in
from deploy.operate.rebuild.whole import Ordered, Rebuilt
from deploy.trouble import Trouble
from services.lookup.records.projections import COPIED, TABLES
from shared.log.kafka import Cluster, KafkaBus
from shared.observe.logs import log_as_json

CLIENT = "portal-rebuild"
REBUILT = {"lookup": (TABLES, COPIED)}


def rebuild(
    service: Annotated[str, typer.Argument(help="Whose tables: lookup.")],
    home: HomeOption = None,
    as_kafka_has_it: Annotated[
        bool, typer.Option("--as-kafka-has-it", help="Even where the live tables know what Kafka does not.")
    ] = False,
) -> None:
    """Read all that a service keeps of the council's records anew from Kafka, beside the live tables, and swap them.

    Searches go on all the while. Stopped or killed, it leaves the live tables as they are. Takes LOOKUP_OWNER_URL and
    PORTAL_KAFKA (as `topics` does), or else the running home.
    """
    if service not in REBUILT:
        raise Trouble(f"Only {', '.join(REBUILT)} can be rebuilt.")
    given = os.environ.get(f"{service.upper()}_OWNER_URL")
    dsn = given or require_running(home)[0].database(service, databases.owner(service))
    log_as_json(CLIENT, "WARNING")
    done = asyncio.run(_rebuilt(service, dsn, operated(home), as_kafka_has_it))
    typer.echo(
        f"Done: {done.records:,} records in {done.seconds:.1f} s. For the swap, changes waited "
        f"{done.writers_waited_s:.2f} s and searches at most {done.searches_waited_s * 1000:.0f} ms."
    )


async def _rebuilt(service: str, dsn: str, cluster: Cluster, as_kafka_has_it: bool) -> Rebuilt:
    bus = KafkaBus(cluster, CLIENT)
    try:
        what = services.load(service), dsn, bus, kept_in(*REBUILT[service]), typer.echo, as_kafka_has_it
        return await whole.rebuild(Ordered(*what, another_bus=partial(KafkaBus, cluster, CLIENT)))
    except TimeoutError:
        raise Trouble("Kafka did not answer in time: nothing was changed. Run it again.") from None
    finally:
        await bus.stop()
