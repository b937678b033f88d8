"""`portal dead`: records that a consumer group could not read or keep, and giving them to it again."""

import asyncio
from typing import Annotated

import typer

from deploy.cli.screen import show, show_json
from deploy.cli.where import HomeOption, operated
from deploy.operate import dead

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
    groups = [dead.known(group)] if group else list(dead.groups())
    letters = asyncio.run(dead.letters(operated(home), groups))
    if as_json:
        show_json([{"group": name, **vars(letter)} for name, letter in letters])
        return
    rows = [
        (name, f"{one.topic}/{one.partition}/{one.offset}", one.type, one.error, one.time, str(one.size),
         "yes" if one.replayed else "no")
        for name, one in letters
    ]  # fmt: skip
    show(("group", "from", "type", "error", "time", "bytes", "replayed"), rows, "Nothing is set aside.")


@app.command()
def replay(group: GroupArgument, home: HomeOption = None) -> None:
    """Give the group every letter that it was not given again yet. What it has done already it does not do twice."""
    count = asyncio.run(dead.replay(operated(home), dead.known(group)))
    typer.echo(f"{count} given to {group} again")


@app.command(name="pass")
def let_pass(group: GroupArgument, home: HomeOption = None) -> None:
    """Let a group that ends with status 70 again and again set aside what it cannot handle of all that is there now.

    Look first what it is (the group's log), and whether the fault is not in our own newest code. Nothing is lost: it
    goes to the dead letters, and can be replayed. What comes later is not let pass.
    """
    ends = asyncio.run(dead.let_pass(operated(home), dead.known(group)))
    for (topic, partition), offset in sorted(ends.items()):
        typer.echo(f"{topic}/{partition}: up to {offset}")
