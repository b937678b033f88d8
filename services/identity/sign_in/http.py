"""Where nobody is signed in yet: a password, then a code. These routes take no token.

The gateway is their one caller. It names where the person is: in `x-client` an opaque hash of the network address, in
`x-device` the secret of the device's cookie.
"""

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from pydantic import Field, SecretStr

from services.identity.settings import Settings
from services.identity.sign_in import commands
from services.identity.sign_in.domain import Origin
from services.identity.sign_in.passwords import PasswordChecker
from shared.contracts.identity import ChallengeGiven, Proved
from shared.web.body import Body
from shared.web.guard import Anonymous, open_to_all, opened

CLIENT = re.compile(r"[A-Za-z0-9_=-]{1,128}")
DEVICE = re.compile(r"[A-Za-z0-9_-]{43}")

router = APIRouter(dependencies=[open_to_all])

Opened = Annotated[Anonymous[Settings], Depends(opened)]


class SignIn(Body):
    """An email address and its password."""

    email: str = Field(max_length=320)
    password: SecretStr = Field(max_length=256)


class EnterCode(Body):
    """The challenge that a right password gave, and the code that the authenticator shows."""

    challenge: SecretStr = Field(max_length=64)
    code: SecretStr = Field(max_length=32)


def equip(app: FastAPI) -> None:
    """Give the process its one PasswordChecker, whose bound is on the whole process."""
    app.state.passwords = PasswordChecker()


def origin(x_client: Annotated[str, Header()] = "", x_device: Annotated[str, Header()] = "") -> Origin:
    """Where the person is. All requests without a well-formed `x-client` are of one origin, which is never known."""
    client = x_client if CLIENT.fullmatch(x_client) else ""
    return Origin(client, x_device if DEVICE.fullmatch(x_device) else None)


From = Annotated[Origin, Depends(origin)]


@router.post("/sign-ins", status_code=201)
async def post_sign_in(ask: SignIn, request: Request, opening: Opened, origin: From) -> ChallengeGiven:
    """A password. It is checked between two transactions, so that no connection waits for a hash."""
    passwords: PasswordChecker = request.app.state.passwords
    async with opening.transaction() as tx:
        guess = await commands.count_guess(tx, ask.email, origin, opening.settings)
    await asyncio.sleep(guess.pause_s)
    kept = guess.account.password_hash if guess.account else None
    right = await passwords.match(kept, ask.password.get_secret_value())
    async with opening.transaction() as tx:
        challenge = await commands.answer_password(tx, guess, right)
    return ChallengeGiven(challenge=challenge)


@router.post("/sign-ins/code", status_code=201)
async def post_code(ask: EnterCode, opening: Opened, origin: From) -> Proved:
    """The time code that goes with a right password."""
    challenge, code = ask.challenge.get_secret_value(), ask.code.get_secret_value()
    async with opening.transaction() as tx:
        proved = await commands.enter_code(tx, challenge, code, origin, opening.settings)
    return proved
