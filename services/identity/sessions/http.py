"""What a signed-in person does with their session, which the session's own secret proves: these routes take no token.

The gateway is their one caller; it sends the secret as `Authorization: Bearer`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel

from services.identity.acting.domain import WhyLost
from services.identity.sessions import commands
from services.identity.sessions.domain import Audience, SessionOver
from services.identity.settings import Settings
from shared.contracts import Role, Urn
from shared.contracts.identity import RoleHeld
from shared.web.body import Body
from shared.web.guard import Anonymous, open_to_all, opened

router = APIRouter(dependencies=[open_to_all])

Opened = Annotated[Anonymous[Settings], Depends(opened)]


class ChooseSchool(Body):
    """The role to act in, and the school to act for (None: at the council)."""

    role: Role
    school: Urn | None = None


class AskToken(Body):
    """Which service the token is for; and the role and school that the asking form was made for, if it says so."""

    audience: Audience
    role: Role | None = None
    school: Urn | None = None


class RoleShown(BaseModel):
    role: Role
    school: str | None
    school_name: str | None


class ActingShown(RoleShown):
    """`options`: those of the school's agreement that are on."""

    agreement: str | None
    options: list[str] = []


class LostShown(RoleShown):
    """What the session acted as until it was no longer allowed, and why."""

    why: WhyLost


class SessionShown(BaseModel):
    """Who is signed in. `acting` is None until a role has been chosen, and when it may be acted in no longer: then
    `lost` says why. `roles` are those that can be chosen. `ends_at` is when the session ends by itself, if it is not
    used before.
    """

    account_id: UUID
    session_id: UUID
    name: str
    email: str
    acting: ActingShown | None
    lost: LostShown | None
    roles: list[RoleShown]
    ends_at: datetime | None = None


class Token(BaseModel):
    token: str
    expires_at: datetime


def secret_of(authorization: Annotated[str, Header()] = "") -> str:
    """The session's secret, from the Authorization header. Raises SessionOver."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise SessionOver("time")
    return secret


Secret = Annotated[str, Depends(secret_of)]


@router.get("/session")
async def get_session(secret: Secret, opening: Opened) -> SessionShown:
    """Who is signed in, as what they act, and as what else they could."""
    async with opening.transaction() as tx:
        details = await commands.show(tx, secret, opening.settings)
    return SessionShown.model_validate(details, from_attributes=True)


@router.put("/session/acting")
async def put_acting(ask: ChooseSchool, secret: Secret, opening: Opened) -> SessionShown:
    """Act in another role or for another school."""
    wanted = RoleHeld(role=ask.role, school=ask.school)
    async with opening.transaction() as tx:
        details = await commands.choose_role(tx, secret, wanted, opening.settings)
    return SessionShown.model_validate(details, from_attributes=True)


@router.post("/tokens")
async def post_token(ask: AskToken, secret: Secret, opening: Opened) -> Token:
    """An access token for one service."""
    made_for = RoleHeld(role=ask.role, school=ask.school) if ask.role else None
    async with opening.transaction() as tx:
        issued = await commands.issue_token(tx, secret, ask.audience, made_for, opening.settings)
    return Token.model_validate(issued, from_attributes=True)


@router.delete("/session", status_code=204)
async def delete_session(secret: Secret, opening: Opened) -> None:
    """Sign out."""
    async with opening.transaction() as tx:
        await commands.sign_out(tx, secret, opening.settings)
