"""`portal compose`: what `docker compose up` needs beside the images: passwords, certificates, digests."""

from pathlib import Path
from typing import Annotated

import typer

from deploy import services
from deploy.operate import certificates, containers

app = typer.Typer(no_args_is_help=True, help="For docker compose: passwords, certificates and image digests.")


@app.command()
def passwords() -> None:
    """A fresh password for everybody who has one, as lines of an .env file: `portal compose passwords >.env`.

    Before the first `docker compose up`: PostgreSQL's administrators keep the ones that they were made with.
    """
    for name, value in containers.passwords(services.load_all()).items():
        typer.echo(f"{name}={value}")


@app.command()
def images() -> None:
    """The images that this machine's Docker has pulled, by digest, as lines of an .env file."""
    for name, value in containers.digests().items():
        typer.echo(f"{name}={value}")


@app.command(name="certificates")
def make_certificates(
    keys: Annotated[Path, typer.Option(help="The folder of the broker's key store.")],
    authority: Annotated[Path, typer.Option(help="The folder of the authority's certificate, for all who ask.")],
    broker: Annotated[str, typer.Option(help="The broker's name on the network.")] = "kafka",
    anew: Annotated[bool, typer.Option("--anew", help="Even if those that are there are good.")] = False,
) -> None:
    """Kafka's certificate and its authority's, made if missing or over; told of if they end within 60 days."""
    new = certificates.make(keys, authority, broker, anew=anew)
    if ends := certificates.ends_soon(keys, broker):
        typer.echo(f"They end on {ends:%-d %B %Y}: make them anew with --anew, then start everything again.", err=True)
    typer.echo("Made: start everything that speaks to Kafka again." if new else "Those that are there are good.")
