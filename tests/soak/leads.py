"""Leads who write: each goes on until every act was answered, and keeps what it was told. Only that is proved later."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.soak.plan import CONCERN_MAX, LONGEST, REFUSED, Plan, Planning
from tests.support.people import Person
from tests.support.until import until

ANSWERED_MAX_S = 240
"""However often parts are killed, no act waits longer for its answer."""
TRIED_AGAIN_S = 0.1
AGAIN = frozenset({401, 429, 500, 502, 503, 504})
"""Statuses after which a person tries again: nothing was done, or nobody knows."""


class NotAsPlanned(Exception):
    """A service answered what it never may."""


@dataclass(eq=False)
class Written:
    """One plan, and what its writer was told of it. `draft_id` is the key of the referral too."""

    plan: Plan
    writer: Person
    draft_id: UUID = field(default_factory=uuid4)
    begun: bool = False
    saved: dict[str, Any] = field(default_factory=dict)
    saves: int = 0
    """How many savings were acknowledged."""
    reference: str | None = None
    """Of the referral, once it was acknowledged."""
    unsure: bool = False
    """It was asked to be sent once, and nobody answered."""
    refused: bool = False
    refused_key: UUID | None = None
    """A key of which no referral may be: what was sent under it was refused."""


@dataclass
class Office:
    """All who write, what they wrote, and how many acts have been answered so far."""

    planning: Planning
    wanted: int
    written: list[Written] = field(default_factory=list)
    acts: int = 0
    tries: Counter[str] = field(default_factory=Counter)
    """Answers by status, and requests that had none by the name of the exception."""
    wrong: list[str] = field(default_factory=list)
    over: bool = False
    """No more are begun: the time is up."""
    _acted: asyncio.Event = field(default_factory=asyncio.Event)

    async def reach(self, acts: int) -> None:
        """Return when so many acts have been answered."""
        while self.acts < acts:
            self._acted.clear()
            await self._acted.wait()

    def acted(self) -> None:
        self.acts += 1
        self._acted.set()

    async def work(self, person: Person) -> None:
        """One of the hands at work: writes one after the other until all are begun."""
        assert person.school
        while not self.over and len(self.written) < self.wanted:
            one = Written(self.planning.plan(person.school), person)
            self.written.append(one)
            try:
                await Writing(self, one).write()
            except (NotAsPlanned, AssertionError) as error:
                self.wrong.append(f"referral {one.plan.number} ({one.plan.fate}): {error}")

    def acknowledged_by(self, person: Person) -> Written | None:
        return next((one for one in reversed(self.written) if one.reference and one.writer is person), None)


@dataclass
class Writing:
    """One referral on its way."""

    office: Office
    one: Written

    async def write(self) -> None:
        plan = self.one.plan
        if plan.mistake == "not_on_roll":
            return await self._about_a_child_of_another_school()
        if plan.mistake == "key_reused" and (other := self.office.acknowledged_by(self.one.writer)):
            return await self._under_the_key_of(other)
        await self._begin()
        for number, page in enumerate(plan.pages):
            if number == 1 and plan.fate == "mended":
                await self._mistaken_page()
            await self._save(page)
        await self._end()

    async def _begin(self) -> None:
        pupil = self.one.plan.pupil
        body = {"child_id": str(pupil.child_id), **pupil.shown, "open_case": True}
        await self._done("POST", "/drafts", body, {"idempotency-key": str(self.one.draft_id)})
        self.one.begun = True

    async def _save(self, page: Mapping[str, Any]) -> None:
        await self._done("PUT", f"{self._draft}/answers", page)
        self.one.saved |= {name: value for name, value in page.items() if name != "less_urgent"}
        self.one.saves += 1

    async def _mistaken_page(self) -> None:
        """Over the limit by one character of four bytes; or less urgent than before, and not said to be meant."""
        urgent = self.one.plan.pages[0]["urgency"] != "not_urgent"
        lowered = self.one.plan.mistake == "lowered" and urgent
        page = {"urgency": "not_urgent"} if lowered else {"concern": LONGEST * (CONCERN_MAX + 1)}
        await self._refused(
            "PUT", f"{self._draft}/answers", page, expected=REFUSED["lowered" if lowered else "too_long"]
        )

    async def _end(self) -> None:
        fate = self.one.plan.fate
        if self.one.plan.mistake == "unfinished":
            await self._refused("POST", self._sending, None, expected=REFUSED["unfinished"])
        elif fate == "asked_once":
            await self._send_once()
        elif fate != "kept":  # also who was to use the key of another referral, and had sent none yet
            await self._send()
        if fate == "pressed_twice":
            await asyncio.gather(self._send(), self._send())

    async def _send(self) -> None:
        """Until it is acknowledged; whoever sends again has the same reference."""
        reference = (await self._done("POST", self._sending, None)).json()["reference"]
        if self.one.reference not in (None, reference):
            raise NotAsPlanned(f"acknowledged as {self.one.reference}, and then as {reference}")
        self.one.reference = reference

    async def _send_once(self) -> None:
        answer = await self._tried("POST", self._sending, None, {})
        self.office.acted()
        if answer is None or _once_more(answer, (0, "")):
            self.one.unsure = True
        elif answer.status_code == httpx.codes.CREATED:
            self.one.reference = answer.json()["reference"]
        else:
            raise NotAsPlanned(_told("POST", self._sending, answer))

    async def _about_a_child_of_another_school(self) -> None:
        self.one.refused_key = uuid4()
        await self._refer(self.one.refused_key, REFUSED["not_on_roll"])

    async def _under_the_key_of(self, other: Written) -> None:
        await self._refer(other.draft_id, REFUSED["key_reused"])

    async def _refer(self, key: UUID, expected: tuple[int, str]) -> None:
        """In one piece, without a draft."""
        plan = self.one.plan
        body = {"child_id": str(plan.pupil.child_id), "child": plan.pupil.shown, **plan.answers}
        headers = {"idempotency-key": str(key)}
        await self._refused("POST", "/referrals", body, headers, expected=expected)

    @property
    def _draft(self) -> str:
        return f"/drafts/{self.one.draft_id}"

    @property
    def _sending(self) -> str:
        return f"{self._draft}/sending"

    async def _done(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Tried until it is answered, and done."""
        answer = await self._answered(method, path, body, headers or {})
        if not answer.is_success:
            raise NotAsPlanned(_told(method, path, answer))
        return answer

    async def _refused(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None, *, expected: tuple[int, str]
    ) -> None:
        answer = await self._answered(method, path, body, headers or {}, expected)
        if (answer.status_code, answer.json().get("type")) != expected:
            raise NotAsPlanned(f"{_told(method, path, answer)}, and not refused as {expected}")
        self.one.refused = True

    async def _answered(
        self, method: str, path: str, body: Any, headers: Mapping[str, str], expected: tuple[int, str] = (0, "")
    ) -> httpx.Response:
        async def tried() -> httpx.Response | None:
            answer = await self._tried(method, path, body, headers)
            if answer is None or _once_more(answer, expected):
                await pause(TRIED_AGAIN_S)
                return None
            return answer

        answer = await until(tried, lambda answer: answer is not None, ANSWERED_MAX_S)
        assert answer is not None
        self.office.acted()
        return answer

    async def _tried(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> httpx.Response | None:
        """None: no answer."""
        try:
            answer = await asked(self.one.writer, method, path, body, headers)
        except httpx.HTTPError as error:
            self.office.tries[type(error).__name__] += 1
            return None
        self.office.tries[str(answer.status_code)] += 1
        return answer


async def pause(seconds: float) -> None:
    """Lets the others run for so long: whoever was not answered does not ask again at once."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    await over.wait()


async def asked(
    person: Person, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """One request to referrals, as this person; after a 401 the next one has a new token."""
    bearer = {"authorization": f"Bearer {await person.token('referrals')}"}
    url = f"{person.places['referrals']}{path}"
    answer = await person.client.request(method, url, json=body, headers={**bearer, **(headers or {})})
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        person.tokens = {}
    return answer


def _once_more(answer: httpx.Response, expected: tuple[int, str]) -> bool:
    """A 403 that is not the one expected may be told to somebody whose access a service has not heard of yet."""
    return answer.status_code in AGAIN or (answer.status_code == httpx.codes.FORBIDDEN and expected[0] != 403)


def _told(method: str, path: str, answer: httpx.Response) -> str:
    return f"{method} {path} was answered {answer.status_code} {answer.text[:300]}"
