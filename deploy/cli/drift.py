"""`portal drift`: whether lookup keeps what the source has, and putting it right."""

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from prometheus_client import start_http_server

from deploy.cli.screen import show, show_json
from deploy.cli.where import HomeOption
from deploy.demo.council import CAPTURE, SOURCE
from deploy.local.places import require_running
from deploy.operate import databases
from deploy.operate.drift.checking import Drift
from deploy.operate.drift.looking import ComparedPlaces, keep_looking, look
from shared.observe.metrics import REGISTRY

SHOWN_MAX = 1_000
NAMES = ("PORTAL_CAPTURE_URL", "FEED_DATABASE_URL", "LOOKUP_DATABASE_URL")


def drift(
    home: HomeOption = None,
    repair: Annotated[bool, typer.Option("--repair", help="Have the feed emit anew whoever differs.")] = False,
    every: Annotated[float, typer.Option(help="Look every so many seconds, for ever; 0: once.")] = 0,
    host: Annotated[str, typer.Option(help="Where /metrics is answered, with --every.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="And on which port.")] = 9000,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {kind, key, id, part}.")] = False,
) -> None:
    """Compare what lookup keeps with what the source's own tables mean. Leaves with 1 where something differs.

    Reads the source as the role that captures it. Takes PORTAL_CAPTURE_URL, FEED_DATABASE_URL and LOOKUP_DATABASE_URL,
    or else the running home. Whoever changes while it looks is looked at again, and is no drift.
    """
    places = compared(home)
    if every:
        start_http_server(port, host, REGISTRY)
        asyncio.run(keep_looking(places, every, repair, typer.echo))
        return
    found = asyncio.run(look(places, repair))
    if as_json:
        show_json([one._asdict() for one in found.differences])
    else:
        _show(found, repair)
    raise typer.Exit(1 if found.differences and not repair else 0)


def _show(found: Drift, repaired: bool) -> None:
    rows = [(one.kind, one.key or "?", one.part, str(one.id or "")) for one in found.differences[:SHOWN_MAX]]
    show(("kind", "key", "part", "id"), rows, f"Nothing differs of {found.looked_at}.")
    counts = Counter((one.kind, one.part) for one in found.differences)
    for (kind, part), count in sorted(counts.items()):
        typer.echo(f"{count} {kind}: {part}")
    if found.unsettled:
        typer.echo(f"{found.unsettled} changed each time that they were looked at: look again.")
    if found.differences and repaired:
        typer.echo("The feed emits all of them anew; lookup has them in a moment.")


def compared(home: Path | None) -> ComparedPlaces:
    """What the environment names, or else the running home's."""
    given = [os.environ.get(name, "") for name in NAMES]
    if all(given):
        return ComparedPlaces(*given)
    places, _ = require_running(home)
    source = databases.at(places.source, SOURCE, CAPTURE, places.kept.secret(CAPTURE))
    return ComparedPlaces(source, *(places.database(name, databases.user(name)) for name in ("feed", "lookup")))
