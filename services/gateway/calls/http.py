"""How a service is asked, once: on whose behalf, with a fresh token, and every way of getting no answer."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar
from uuid import UUID

import httpx
from pydantic import ValidationError

from services.gateway.settings import Settings
from shared.contracts import Answer
from shared.contracts.identity import AccessToken, Place
from shared.observe import spans
from shared.web.tokens import ISSUER

CONNECTIONS_MAX = 100
ANSWER_MAX_BYTES = 4 * 1024 * 1024
UNREAD_MAX_BYTES = 128 * 1024
"""What the kernel holds for one connection of what a service has answered and nobody has read. All of it is read in one
go, so without a bound the twenty files of twenty downloads would each be several megabytes of this process."""


class Away(Exception):
    """A service did not answer, or answered what cannot be read."""


class NoRecord(Exception):
    """The service could not write its record, and so gave no answer."""


class SignedOff(Exception):
    """The person is not signed in, or no longer. `why`: time, signed_out, access_ended or absent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ActsOtherwise(Exception):
    """The session no longer acts in the role and school that the page was made for, and nothing was done.

    `why`: school (another was chosen in another tab) or lost (the role or the school was taken away).
    """

    def __init__(self, why: Literal["school", "lost"]) -> None:
        super().__init__(why)
        self.why = why


class Refused(Exception):
    """A service said no. `kind` is its problem's stable name; `errors` are (JSON pointer, what to mend)."""

    def __init__(self, kind: str, status: int, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(kind)
        self.kind, self.status, self.errors = kind, status, errors


class Reply(Answer):
    """An answer of which the gateway states itself what it reads; of the others the service's contract does."""


class Nothing(Reply):
    """An answer of which nothing is needed but that it came."""


class _ErrorReply(Reply):
    where: str = ""
    why: str = ""


class _ProblemReply(Reply):
    type: str = ""
    detail: str | None = None
    errors: list[_ErrorReply] | None = None


A = TypeVar("A", bound=Answer)
ENDS = ("time", "signed_out", "access_ended")
"""Why a session ended, in identity's words."""
SESSION_ENDS = {"access-ended": "access_ended", "token-refused": "time"}
ACTING_ENDS: Mapping[str, Literal["school", "lost"]] = {
    "acting-changed": "school", "acting-ended": "lost", "nobody-acting": "lost",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Behalf:
    """For whom services are asked, for the length of one page request."""

    client: httpx.AsyncClient
    settings: Settings
    correlation: UUID
    origin: str
    """An opaque stand-in for the browser's address: identity counts tries by it."""
    session: str = ""
    """The secret of the sign-in; empty: nobody's."""
    acting: Place | None = None
    """The role and school that the page which asks was made for: a token is for these, or there is none."""


class Client:
    """One service. A subclass names it, and that name gives its address and the audience of its tokens."""

    service: ClassVar[str]

    def __init_subclass__(cls, *, service: str) -> None:
        cls.service = service

    def __init__(self, behalf: Behalf) -> None:
        self.behalf = behalf

    async def ask(self, kind: type[A], method: str, path: str, **call: Any) -> A:
        """Ask with a fresh token, so that a session that has ended is refused before the service is asked.

        The token names what the form was made for, and is refused if the session acts as something else by now:
        another school may have been chosen in another tab since this request was let in.

        Raises Away, NoRecord, SignedOff, ActsOtherwise, Refused.
        """
        return await self.send(kind, method, path, bearer=await self._token(), **call)

    async def file(self, path: str) -> bytes:
        """A small file, whole. Raises as `ask` does."""
        response = await self._asked("GET", path, bearer=await self._token())
        if len(response.content) > ANSWER_MAX_BYTES:
            raise Away
        return response.content

    async def stream(self, path: str) -> httpx.Response:
        """A large one, to be read in pieces, and closed, by whoever asked. Raises as `ask` does."""
        return await self._asked("GET", path, bearer=await self._token(), stream=True)

    async def _token(self) -> str:
        acting = self.behalf.acting
        made_for = {"role": acting.role, "school": acting.school} if acting else {}
        wanted = {"audience": self.service, **made_for}
        told = await self.send(AccessToken, "POST", "/tokens", to=ISSUER, bearer=self.behalf.session, json=wanted)
        return told.token

    async def send(self, kind: type[A], method: str, path: str, **call: Any) -> A:
        """Ask without a token, as identity is asked. Raises as `ask` does."""
        return _read(kind, await self._asked(method, path, **call))

    async def _asked(
        self, method: str, path: str, *, to: str | None = None, bearer: str = "",
        headers: Mapping[str, str] | None = None, stream: bool = False, **said: Any,
    ) -> httpx.Response:  # fmt: skip
        """The response, where it is an answer; what is none is raised as `ask` says. `said`: httpx's own, as `json`."""
        behalf = self.behalf
        sent = {**spans.outgoing(), "x-correlation-id": str(behalf.correlation), "x-client": behalf.origin}
        sent |= {"authorization": f"Bearer {bearer}"} if bearer else {}
        url = behalf.settings.address_of(to or self.service) + path
        try:
            request = behalf.client.build_request(method, url, headers={**sent, **(headers or {})}, **said)
            response = await behalf.client.send(request, stream=stream)
            if response.is_success:
                return response
            await response.aread()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Away from error
        raise _problem(response)


def connect(settings: Settings) -> httpx.AsyncClient:
    """One pool of connections for the life of the process. No redirect is followed and no proxy is asked."""
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
    options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_MAX_BYTES)]
    ways = httpx.AsyncHTTPTransport(limits=limits, trust_env=False, socket_options=options)
    return httpx.AsyncClient(
        transport=ways, timeout=settings.call_timeout_s, follow_redirects=False, trust_env=False
    )  # fmt: skip


def _read(kind: type[A], response: httpx.Response) -> A:
    if len(response.content) > ANSWER_MAX_BYTES:
        raise Away
    try:
        return kind.model_validate_json(response.content or b"{}")
    except ValidationError as error:
        raise Away from error


def _problem(response: httpx.Response) -> Exception:
    """A problem+json as an exception of ours; anything else a service says is as good as silence."""
    try:
        problem = _ProblemReply.model_validate_json(response.content)
    except ValidationError:
        return Away()
    kind = problem.type.rpartition("/")[2]
    if kind == "session-over":
        return SignedOff(problem.detail if problem.detail in ENDS else "time")
    if kind in SESSION_ENDS:
        return SignedOff(SESSION_ENDS[kind])
    if kind in ACTING_ENDS:
        return ActsOtherwise(ACTING_ENDS[kind])
    if kind == "no-record":
        return NoRecord()
    if response.status_code >= 500 or not re.fullmatch(r"[a-z-]+", kind):
        return Away()
    return Refused(kind, response.status_code, tuple((each.where, each.why) for each in problem.errors or ()))
