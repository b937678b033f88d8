"""What a signed-in person does with their session, which the session's own secret proves: these routes take no token.

The gateway is their one caller; it sends the secret as `Authorization: Bearer`.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from services.identity.sessions import commands
from services.identity.sessions.domain import Audience, SessionOver
from services.identity.settings import Settings
from shared.contracts import Role, Urn
from shared.contracts.identity import AccessToken, RoleHeld, SignedInPerson
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


def secret_of(authorization: Annotated[str, Header()] = "") -> str:
    """The session's secret, from the Authorization header. Raises SessionOver."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise SessionOver("time")
    return secret


Secret = Annotated[str, Depends(secret_of)]


@router.get("/session")
async def get_session(secret: Secret, opening: Opened) -> SignedInPerson:
    """Who is signed in, as what they act, and as what else they could."""
    async with opening.transaction() as tx:
        person = await commands.show(tx, secret, opening.settings)
    return person


@router.put("/session/acting")
async def put_acting(ask: ChooseSchool, secret: Secret, opening: Opened) -> SignedInPerson:
    """Act in another role or for another school."""
    wanted = RoleHeld(role=ask.role, school=ask.school)
    async with opening.transaction() as tx:
        person = await commands.choose_role(tx, secret, wanted, opening.settings)
    return person


@router.post("/tokens")
async def post_token(ask: AskToken, secret: Secret, opening: Opened) -> AccessToken:
    """An access token for one service."""
    made_for = RoleHeld(role=ask.role, school=ask.school) if ask.role else None
    async with opening.transaction() as tx:
        issued = await commands.issue_token(tx, secret, ask.audience, made_for, opening.settings)
    return issued


@router.delete("/session", status_code=204)
async def delete_session(secret: Secret, opening: Opened) -> None:
    """Sign out."""
    async with opening.transaction() as tx:
        await commands.sign_out(tx, secret, opening.settings)
