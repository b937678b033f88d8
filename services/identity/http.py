"""Identity's front door: read the request, call one command, write the response.

These routes are open, for nobody is signed in yet, or who is signed in is proved by the session's own secret. The
gateway is their one caller; it names the person's origin in `x-client`, an opaque hash of the network address.
"""

import asyncio
import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from pydantic import BaseModel

from services.identity.commands import accounts, keys, refusals, roles, schools, sessions, sign_in
from services.identity.commands.sessions import AskToken, ChooseSchool, SessionShown, Token
from services.identity.commands.sign_in import EnterCode, SignIn
from services.identity.domain import Acting, Origin
from services.identity.passwords import Passwords
from services.identity.settings import Settings
from shared.contracts import Role, Urn
from shared.web.body import Body
from shared.web.guard import Anonymous, Authenticated, guard, open_to_all, opened

CLIENT = re.compile(r"[A-Za-z0-9_=-]{1,128}")
DEVICE = re.compile(r"[A-Za-z0-9_-]{43}")

router = APIRouter()
open_router = APIRouter(dependencies=[open_to_all])

Opened = Annotated[Anonymous[Settings], Depends(opened)]


class ChallengeGiven(BaseModel):
    challenge: str


class SessionGiven(BaseModel):
    """The secret of a session; and the one that the device is to name itself with from now on."""

    session: str
    device: str


class RemoveRole(Body):
    """A role, and the school where it is held (None: at the council)."""

    role: Role
    school: Urn | None = None


class KeysPublished(BaseModel):
    keys: list[dict[str, Any]]


def equip(app: FastAPI) -> None:
    """One keeper of passwords for the process: its cap is on the whole machine's memory."""
    app.state.passwords = Passwords()


def origin(x_client: Annotated[str, Header()] = "", x_device: Annotated[str, Header()] = "") -> Origin:
    """Where the person is; all that name no proper address are one origin, never known."""
    client = x_client if CLIENT.fullmatch(x_client) else ""
    return Origin(client, x_device if DEVICE.fullmatch(x_device) else None)


def secret_of(authorization: Annotated[str, Header()] = "") -> str:
    """The session's secret, from the Authorization header."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise refusals.SessionOver("time")
    return secret


From = Annotated[Origin, Depends(origin)]
Secret = Annotated[str, Depends(secret_of)]


@open_router.post("/sign-ins", status_code=201)
async def post_sign_in(ask: SignIn, request: Request, opening: Opened, origin: From) -> ChallengeGiven:
    """A password. It is checked between two transactions, so that no connection waits for a hash."""
    passwords: Passwords = request.app.state.passwords
    async with opening.transaction() as tx:
        guess = await sign_in.weigh(tx, ask.email, origin, opening.settings)
    await asyncio.sleep(guess.pause_s)
    kept = guess.account.password_hash if guess.account else None
    right = await passwords.match(kept, ask.password.get_secret_value())
    async with opening.transaction() as tx:
        return ChallengeGiven(challenge=await sign_in.sign_in(tx, guess, right))


@open_router.post("/sign-ins/code", status_code=201)
async def post_code(ask: EnterCode, opening: Opened, origin: From) -> SessionGiven:
    """The time code that goes with a right password."""
    async with opening.transaction() as tx:
        entered = await sign_in.enter_code(tx, ask, origin, opening.settings)
    return SessionGiven(session=entered.session, device=entered.device)


@open_router.get("/session")
async def get_session(secret: Secret, opening: Opened) -> SessionShown:
    """Who is signed in, as what they act, and as what else they could."""
    async with opening.transaction() as tx:
        return await sessions.session(tx, secret, opening.settings)


@open_router.put("/session/acting")
async def put_acting(ask: ChooseSchool, secret: Secret, opening: Opened) -> SessionShown:
    """Act in another role or for another school."""
    async with opening.transaction() as tx:
        return await sessions.choose_school(tx, secret, ask, opening.settings)


@open_router.post("/tokens")
async def post_token(ask: AskToken, secret: Secret, opening: Opened) -> Token:
    """An access token for one service."""
    async with opening.transaction() as tx:
        return await sessions.issue_token(tx, secret, ask, opening.settings)


@open_router.delete("/session", status_code=204)
async def delete_session(secret: Secret, opening: Opened) -> Response:
    """Sign out."""
    async with opening.transaction() as tx:
        await sessions.sign_out(tx, secret, opening.settings)
    return Response(status_code=204)


@router.post("/accounts/{account_id}/disabling", status_code=204)
async def post_disabling(
    account_id: UUID, asking: Annotated[Authenticated[Settings], guard("account_administrator", "operator")]
) -> Response:
    """Let an account act no more; every session of it ends."""
    async with asking.transaction() as tx:
        await accounts.disable_account(tx, asking.caller, account_id, asking.settings)
    return Response(status_code=204)


@router.post("/accounts/{account_id}/roles/removal", status_code=204)
async def post_role_removal(
    account_id: UUID,
    ask: RemoveRole,
    asking: Annotated[Authenticated[Settings], guard("account_administrator", "operator")],
) -> Response:
    """Let an account act in a role no more; a session that does must choose another."""
    async with asking.transaction() as tx:
        await roles.remove_role(tx, asking.caller, account_id, Acting(ask.role, ask.school), asking.settings)
    return Response(status_code=204)


@router.post("/schools/{urn}/suspension", status_code=204)
async def post_suspension(urn: Urn, asking: Annotated[Authenticated[Settings], guard("operator")]) -> Response:
    """Let nobody act for a school until it is resumed."""
    async with asking.transaction() as tx:
        await schools.suspend_school(tx, asking.caller, urn, asking.settings)
    return Response(status_code=204)


@router.post("/schools/{urn}/resumption", status_code=204)
async def post_resumption(urn: Urn, asking: Annotated[Authenticated[Settings], guard("operator")]) -> Response:
    """Let those act for a suspended school who did before."""
    async with asking.transaction() as tx:
        await schools.resume_school(tx, asking.caller, urn, asking.settings)
    return Response(status_code=204)


@router.post("/schools/{urn}/agreement/end", status_code=204)
async def post_agreement_end(urn: Urn, asking: Annotated[Authenticated[Settings], guard("operator")]) -> Response:
    """Put a school under no agreement: nobody may act for it."""
    async with asking.transaction() as tx:
        await schools.end_agreement(tx, asking.caller, urn, asking.settings)
    return Response(status_code=204)


@open_router.get("/.well-known/jwks.json")
async def get_keys(opening: Opened) -> KeysPublished:
    """The public keys that access tokens are verified with."""
    async with opening.transaction() as tx:
        return KeysPublished(keys=await keys.published_keys(tx, opening.settings))
