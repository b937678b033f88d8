"""What the gateway asks of the four services, with typed answers. A call is made for one page and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID

import httpx
from pydantic import ValidationError

from services.gateway.answers import Answer, Entries, Made, OneEntry, Person, Referral, RoleHeld, Told
from services.gateway.forms import FormOver, Over
from services.gateway.settings import Settings
from shared import telemetry

CONNECTIONS_MAX = 100
ANSWER_MAX_BYTES = 4 * 1024 * 1024
Audience = Literal["identity", "lookup", "referrals", "audit"]


class Away(Exception):
    """A service did not answer, or answered what cannot be read."""


class NoRecord(Exception):
    """The service could not write its record, and so gave no answer."""


class SessionOver(Exception):
    """The person is not signed in, or no longer. `why`: time, signed_out, access_ended or absent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(Exception):
    """A service said no. `kind` is its problem's stable name; `errors` are (JSON pointer, what to mend)."""

    def __init__(self, kind: str, status: int, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(kind)
        self.kind, self.status, self.errors = kind, status, errors


class _Challenge(Told):
    challenge: str


class Proved(Told):
    """A sign-in that is whole: its session's secret, and the one by which identity knows this browser from now on."""

    session: str
    device: str | None = None


class _Token(Told):
    token: str


class _Nothing(Told):
    pass


class _Mend(Told):
    where: str = ""
    why: str = ""


class _Problem(Told):
    type: str = ""
    detail: str | None = None
    errors: list[_Mend] | None = None


T = TypeVar("T", bound=Told)
SESSION_ENDS = {"access-ended": "access_ended", "token-refused": "time"}
WHYS = ("time", "signed_out", "access_ended")
ACTING_ENDS: Mapping[str, Over] = {"acting-changed": "school", "acting-ended": "lost", "nobody-acting": "lost"}
"""What a page was made for is not what the session acts as any more: changed in another tab, or taken away."""


@dataclass(frozen=True, slots=True)
class Services:
    """The four services, for the length of one page request."""

    client: httpx.AsyncClient
    settings: Settings
    correlation: UUID
    origin: str
    """An opaque stand-in for the browser's address: identity counts tries by it."""
    acting: RoleHeld | None = None
    """The role and school that the page which asks was made for: a token is for these, or there is none."""

    async def sign_in(self, email: str, password: str, device: str = "") -> str:
        """A challenge for the code; `device`: the secret by which identity knows this browser.

        Raises Refused: sign-in-refused, too-many-tries.
        """
        pair = {"email": email, "password": password}
        told = await self._identity(_Challenge, "POST", "/sign-ins", json=pair, headers=_named(device))
        return told.challenge

    async def prove_code(self, challenge: str, code: str, device: str = "") -> Proved:
        """Raises Refused: code-refused, code-used, challenge-over, too-many-tries."""
        body = {"challenge": challenge, "code": code}
        return await self._identity(Proved, "POST", "/sign-ins/code", json=body, headers=_named(device))

    async def person(self, secret: str) -> Person:
        """Who is signed in. Raises SessionOver."""
        return await self._identity(Person, "GET", "/session", bearer=secret)

    async def act_for(self, secret: str, role: RoleHeld) -> Person:
        body = {"role": role.role, "school": role.school}
        return await self._identity(Person, "PUT", "/session/acting", bearer=secret, json=body)

    async def sign_out(self, secret: str) -> None:
        await self._identity(_Nothing, "DELETE", "/session", bearer=secret)

    async def search(self, secret: str, ask: Mapping[str, Any]) -> Answer:
        """Raises Refused (422: what to mend), NoRecord."""
        return await self._ask(Answer, "lookup", secret, "POST", "/searches", json=ask)

    async def make_referral(self, secret: str, key: UUID, ask: Mapping[str, Any]) -> Made:
        """Raises Refused: key-reused, not-on-roll, or 422 with what to mend; NoRecord."""
        headers = {"idempotency-key": str(key)}
        return await self._ask(Made, "referrals", secret, "POST", "/referrals", json=ask, headers=headers)

    async def referral(self, secret: str, reference: str) -> Referral:
        """Raises Refused: referral-not-found, or 422 with what to mend. `reference` has only letters and digits."""
        return await self._ask(Referral, "referrals", secret, "GET", f"/referrals/{reference}")

    async def entries(self, secret: str, ask: Mapping[str, Any]) -> Entries:
        """Raises Refused, NoRecord."""
        return await self._ask(Entries, "audit", secret, "POST", "/readings", json=ask)

    async def entry(self, secret: str, entry_id: UUID) -> OneEntry:
        """Raises Refused: entry-not-found; NoRecord."""
        return await self._ask(OneEntry, "audit", secret, "POST", "/readings/entry", json={"entry_id": str(entry_id)})

    async def _identity(self, kind: type[T], method: str, path: str, **call: Any) -> T:
        return await self._call(kind, method, self.settings.identity_url + path, **call)

    async def _ask(self, kind: type[T], audience: Audience, secret: str, method: str, path: str, **call: Any) -> T:
        """A fresh token for each question: a session that has ended is refused here, before the service is asked.

        It names what the form was made for, and is refused if the session acts as something else by now: between the
        question whose form it is and this one there is time to choose another school in another tab. Raises FormOver.
        """
        made_for = {"role": self.acting.role, "school": self.acting.school} if self.acting else {}
        token = await self._identity(_Token, "POST", "/tokens", bearer=secret, json={"audience": audience, **made_for})
        url = {"lookup": self.settings.lookup_url, "referrals": self.settings.referrals_url}
        base = url.get(audience, self.settings.audit_url)
        return await self._call(kind, method, base + path, bearer=token.token, **call)

    async def _call(
        self, kind: type[T], method: str, url: str, *, bearer: str = "", headers: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> T:  # fmt: skip
        sent = {**telemetry.outgoing(), "x-correlation-id": str(self.correlation), "x-client": self.origin}
        sent |= {"authorization": f"Bearer {bearer}"} if bearer else {}
        try:
            response = await self.client.request(method, url, headers={**sent, **(headers or {})}, json=json)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Away from error
        if response.is_success:
            return _read(kind, response)
        raise _problem(response)


def connect(settings: Settings) -> httpx.AsyncClient:
    """One pool of connections for the life of the process. No redirect is followed and no proxy is asked."""
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
    return httpx.AsyncClient(timeout=settings.call_timeout_s, limits=limits, follow_redirects=False, trust_env=False)


def _named(device: str) -> dict[str, str]:
    return {"x-device": device} if device else {}


def _read(kind: type[T], response: httpx.Response) -> T:
    if len(response.content) > ANSWER_MAX_BYTES:
        raise Away
    try:
        return kind.model_validate_json(response.content or b"{}")
    except ValidationError as error:
        raise Away from error


def _problem(response: httpx.Response) -> Exception:
    """A problem+json as an exception of ours; anything else a service says is as good as silence."""
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:
        return Away()
    kind = problem.type.rpartition("/")[2]
    if kind == "session-over":
        return SessionOver(problem.detail if problem.detail in WHYS else "time")
    if kind in SESSION_ENDS:
        return SessionOver(SESSION_ENDS[kind])
    if kind in ACTING_ENDS:
        return FormOver(ACTING_ENDS[kind])
    if kind == "no-record":
        return NoRecord()
    if response.status_code >= 500 or not re.fullmatch(r"[a-z-]+", kind):
        return Away()
    return Refused(kind, response.status_code, tuple((each.where, each.why) for each in problem.errors or ()))
