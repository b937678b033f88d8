"""Ending access from the machine: an account, a role, a school, an agreement. Each is recorded, as by an operator.

Every command takes IDENTITY_DATABASE_URL with identity's other settings, or else the running home. What it ends is
refused everywhere within 5 seconds; with Kafka away, within the 5 minutes of a token.
"""

import asyncio
import re
from functools import partial
from typing import Annotated, get_args

import typer

from deploy.cli.where import HomeOption, identity
from deploy.operate import access
from deploy.trouble import Trouble
from services.identity.schools import commands as schools
from shared.contracts import SCHOOL_ROLES, Role
from shared.contracts.identity import AgreementOption, RoleHeld

Email = Annotated[str, typer.Argument(help="The email address that the account signs in with.")]
School = Annotated[str, typer.Argument(metavar="URN", help="The school's URN, six digits.")]


def disable(email: Email, home: HomeOption = None) -> None:
    """End somebody's access, at once and everywhere. It is recorded, as done by an operator at the machine.

    Takes IDENTITY_DATABASE_URL with identity's other settings, or else the running home.
    """
    name = asyncio.run(access.disabled(email, identity(home)))
    typer.echo(f"{name} can do nothing any more: every sign-in of theirs has ended.")


def remove_role(
    email: Email,
    role: Annotated[str, typer.Argument(help=", ".join(get_args(Role)))],
    urn: Annotated[str | None, typer.Argument(help="The school's URN, for a role that is held at a school.")] = None,
    home: HomeOption = None,
) -> None:
    """Take a role away from somebody, at once and everywhere. With the last one every sign-in of theirs ends."""
    removed = known_role(role, urn)
    name = asyncio.run(access.role_removed(email, removed, identity(home)))
    typer.echo(f"{name} can no longer act as {removed.role}{f' of {urn}' if urn else ''}.")


def suspend_school(urn: School, home: HomeOption = None) -> None:
    """Let nobody act for a school until it is resumed, at once and everywhere. Nothing of it is lost."""
    school = asyncio.run(
        access.school_changed(schools.suspend_school, known_urn(urn), identity(home), "suspend_school")
    )
    typer.echo(f"Nobody can act for {school.name} any more, until `portal resume-school {school.urn}`.")


def resume_school(urn: School, home: HomeOption = None) -> None:
    """Let those act for a suspended school who did before."""
    school = asyncio.run(access.school_changed(schools.resume_school, known_urn(urn), identity(home), "resume_school"))
    agreed = "can be acted for again" if school.agreement else "is live, but under no agreement"
    typer.echo(f"{school.name} {agreed}.")


def end_agreement(urn: School, home: HomeOption = None) -> None:
    """Put a school under no agreement: nobody can act for it until it is admitted under one."""
    school = asyncio.run(access.school_changed(schools.end_agreement, known_urn(urn), identity(home), "end_agreement"))
    typer.echo(f"{school.name} is under no agreement: nobody can act for it any more.")


def agreement_option(
    urn: School,
    option: Annotated[str, typer.Argument(help=", ".join(get_args(AgreementOption)))],
    switch: Annotated[str, typer.Argument(metavar="on|off")],
    home: HomeOption = None,
) -> None:
    """Switch on or off what a school's agreement allows beyond searching. Each is off until it is switched on."""
    known = next((each for each in get_args(AgreementOption) if each == option), None)
    if known is None:
        raise Trouble(f"There is no such option: choose one of {', '.join(get_args(AgreementOption))}.")
    if switch not in ("on", "off"):
        raise Trouble("Say on or off.")
    switched = partial(schools.switch_option, option=known, on=switch == "on")
    school = asyncio.run(access.school_changed(switched, known_urn(urn), identity(home), "switch_option"))
    typer.echo(f"{school.name}: {known} is {switch}. On are: {', '.join(school.options) or 'none'}.")


def known_role(role: str, urn: str | None) -> RoleHeld:
    """A role, with its school where it is held at one. Raises Trouble."""
    known = next((each for each in get_args(Role) if each == role), None)
    if known is None:
        raise Trouble(f"There is no such role: choose one of {', '.join(get_args(Role))}.")
    if (known in SCHOOL_ROLES) != (urn is not None):
        raise Trouble(f"{known} is held {'at a school: give its URN' if known in SCHOOL_ROLES else 'at no school'}.")
    return RoleHeld(role=known, school=known_urn(urn) if urn else None)


def known_urn(text: str) -> str:
    if not re.fullmatch(r"[0-9]{6}", text):
        raise Trouble("A school's URN has six digits.")
    return text
