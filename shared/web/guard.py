"""Who may ask: the guard of each route, and what a handler is given of whoever passed it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request

from shared.contracts import Role
from shared.database.pool import Database
from shared.database.tx import Cause, Tx
from shared.settings import ServiceSettings
from shared.web import access
from shared.web.tokens import Caller, TokenRefused

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Anonymous(Generic[S]):
    """A request of somebody not signed in (identity's own front door)."""

    settings: S
    correlation: UUID
    database: Database
    doing: str

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """The transaction that answers."""
        return self.database.transaction(Cause("nobody", self.correlation), self.doing)


@dataclass(frozen=True)
class Authenticated(Anonymous[S]):
    """A request of a signed-in person: who, under which settings, with which correlation."""

    caller: Caller

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """The transaction that answers; in it, and so at one moment, that the caller's access has not ended.

        Use what it gives only after it has closed: then the record is kept. Raises AccessEnded, ActingEnded,
        DatabaseFailed.
        """
        async with self.database.transaction(Cause(str(self.caller.account), self.correlation), self.doing) as tx:
            await access.check(tx, self.caller)
            yield tx


def guard(*roles: Role) -> Any:
    """A route's guard: a token for this service, held in one of these roles. Gives an Authenticated."""

    async def asking(request: Request, authorization: Annotated[str, Header()] = "") -> Authenticated[Any]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRefused
        state = request.app.state
        caller = await state.keys.caller(token, state.service.name)
        if caller.role not in roles:
            raise RoleRefused
        return Authenticated(state.settings, request.state.correlation, state.database, _doing(request), caller)

    asking.guards = True  # type: ignore[attr-defined]  # read by the architecture tests
    return Depends(asking)


async def _anyone() -> None:
    """Marks a route that needs no token."""


_anyone.guards = True  # type: ignore[attr-defined]
open_to_all = Depends(_anyone)


def opened(request: Request) -> Anonymous[Any]:
    """What an unguarded route works with."""
    state = request.app.state
    return Anonymous(state.settings, request.state.correlation, state.database, _doing(request))


def _doing(request: Request) -> str:
    endpoint = request.scope.get("endpoint")
    return getattr(endpoint, "__name__", "request")


class RoleRefused(Exception):
    """Your role does not allow this."""
