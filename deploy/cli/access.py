"""Ending access from the machine: an account, a role, a school, an agreement. Each is recorded, as by an operator.

Every command takes IDENTITY_DATABASE_URL with identity's other settings, or else the running home. What it ends is
refused everywhere within 5 seconds; with Kafka away, within the 5 minutes of a token.
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, get_args

import typer

from deploy.cli.where import HomeOption, identity
from deploy.trouble import Trouble
from shared.contracts import SCHOOL_ROLES, Role
from shared.contracts.identity import RoleHeld

Email = Annotated[str, typer.Argument(help="The email address that the account signs in with.")]
School = Annotated[str, typer.Argument(metavar="URN", help="The school's URN, six digits.")]


def disable(email: Email, home: HomeOption = None) -> None:
    """End somebody's access, at once and everywhere. It is recorded, as done by an operator at the machine.

    Takes IDENTITY_DATABASE_URL with identity's other settings, or else the running home.
    """
    from deploy.operate import access

    name = asyncio.run(access.disabled(email, identity(home)))
    typer.echo(f"{name} can do nothing any more: every sign-in of theirs has ended.")


def remove_role(
    email: Email,
    role: Annotated[str, typer.Argument(help=", ".join(get_args(Role)))],
    urn: Annotated[str | None, typer.Argument(help="The school's URN, for a role that is held at a school.")] = None,
    home: HomeOption = None,
) -> None:
    """Take a role away from somebody, at once and everywhere. With the last one every sign-in of theirs ends."""
    from deploy.operate import access

    known = next((each for each in get_args(Role) if each == role), None)
    if known is None:
        raise Trouble(f"There is no such role: choose one of {', '.join(get_args(Role))}.")
    if (known in SCHOOL_ROLES) != (urn is not None):
        raise Trouble(f"{known} is held {'at a school: give its URN' if known in SCHOOL_ROLES else 'at no school'}.")
    role_held = RoleHeld(role=known, school=_urn(urn) if urn else None)
    name = asyncio.run(access.role_removed(email, role_held, identity(home)))
    typer.echo(f"{name} can no longer act as {known}{f' of {urn}' if urn else ''}.")


def suspend_school(urn: School, home: HomeOption = None) -> None:
    """Let nobody act for a school until it is resumed, at once and everywhere. Nothing of it is lost."""
    from deploy.operate import access

    school = asyncio.run(access.suspended(_urn(urn), identity(home)))
    typer.echo(f"Nobody can act for {school.name} any more, until `portal resume-school {school.urn}`.")


def resume_school(urn: School, home: HomeOption = None) -> None:
    """Let those act for a suspended school who did before."""
    from deploy.operate import access

    school = asyncio.run(access.resumed(_urn(urn), identity(home)))
    agreed = "can be acted for again" if school.agreement else "is live, but under no agreement"
    typer.echo(f"{school.name} {agreed}.")


def end_agreement(urn: School, home: HomeOption = None) -> None:
    """Put a school under no agreement: nobody can act for it until it is admitted under one."""
    from deploy.operate import access

    school = asyncio.run(access.agreement_ended(_urn(urn), identity(home)))
    typer.echo(f"{school.name} is under no agreement: nobody can act for it any more.")


def _urn(text: str) -> str:
    if not re.fullmatch(r"[0-9]{6}", text):
        raise Trouble("A school's URN has six digits.")
    return text


def add_to(app: typer.Typer) -> None:
    """The commands, each under its own name beside the others of `portal`."""
    for command in (disable, remove_role, suspend_school, resume_school, end_agreement):
        app.command(command.__name__.replace("_", "-"))(command)
