"""`portal dead`: records that a consumer group could not read or keep, and giving them to it again."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from rich.table import Table

from deploy import services
from deploy.home import HomeOption, operated
from deploy.local.trouble import Trouble
from deploy.screen import console
from shared.events import dead
from shared.events.dead import DeadLetter, dead_list, dead_replay
from shared.log.kafka import Cluster, KafkaBus

CLIENT = "portal-dead"

app = typer.Typer(
    no_args_is_help=True, help="Records set aside. Takes PORTAL_KAFKA (as `topics` does), or the running home."
)

GroupArgument = Annotated[str, typer.Argument(help="A consumer group, e.g. audit.record.")]


@app.command(name="list")
def list_letters(
    group: Annotated[str | None, typer.Argument(help="One group; all if not given.")] = None,
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False,
) -> None:
    """What is set aside, oldest first: where it came from, its type, what went wrong; nothing of its body."""
    groups = [_known(group)] if group else _groups()
    letters = asyncio.run(_letters(operated(home), groups))
    if as_json:
        typer.echo(json.dumps([{"group": name, **vars(letter)} for name, letter in letters], indent=2))
        return
    table = Table("group", "from", "type", "error", "time", "bytes", "replayed", box=None)
    for name, one in letters:
        place = f"{one.topic}/{one.partition}/{one.offset}"
        table.add_row(name, place, one.type, one.error, one.time, str(one.size), "yes" if one.replayed else "no")
    console.print(table if letters else "Nothing is set aside.")


@app.command()
def replay(group: GroupArgument, home: HomeOption = None) -> None:
    """Give the group every letter that it was not given again yet. What it has done already it does not do twice."""
    try:
        count = asyncio.run(_replay(operated(home), _known(group)))
    except TimeoutError:
        raise Trouble("Kafka did not answer in time: run the command again, it goes on where it was.") from None
    typer.echo(f"{count} given to {group} again")


@app.command(name="pass")
def let_pass(group: GroupArgument, home: HomeOption = None) -> None:
    """Let a group that ends with status 70 again and again set aside what it cannot handle of all that is there now.

    Look first what it is (the group's log), and whether the fault is not in our own newest code. Nothing is lost: it
    goes to the dead letters, and can be replayed. What comes later is not let pass.
    """
    try:
        ends = asyncio.run(_let_pass(operated(home), _known(group)))
    except TimeoutError:
        raise Trouble("Kafka did not answer in time: run the command again.") from None
    for (topic, partition), offset in sorted(ends.items()):
        typer.echo(f"{topic}/{partition}: up to {offset}")


async def _let_pass(cluster: Cluster, group: str) -> dict[tuple[str, int], int]:
    bus = KafkaBus(cluster, CLIENT)
    try:
        return await dead.let_pass(bus, group, _topics(group))
    finally:
        await bus.stop()


def _topics(group: str) -> list[str]:
    return next(service.groups[group] for service in services.load_all() if group in service.groups)


async def _letters(cluster: Cluster, groups: list[str]) -> list[tuple[str, DeadLetter]]:
    bus = KafkaBus(cluster, CLIENT)
    try:
        return [(group, letter) for group in groups for letter in await dead_list(bus, group)]
    finally:
        await bus.stop()


async def _replay(cluster: Cluster, group: str) -> int:
    bus = KafkaBus(cluster, CLIENT)
    try:
        return await dead_replay(bus, group)
    finally:
        await bus.stop()


def _groups() -> list[str]:
    return [group for service in services.load_all() for group in service.groups]


def _known(group: str) -> str:
    if group not in _groups():
        raise Trouble(f"There is no consumer group {group}: choose one of {', '.join(_groups())}.")
    return group
