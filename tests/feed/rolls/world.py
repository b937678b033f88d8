"""A school that uploads its roll to a feed of the model `ssd`: files by hand, asked for over HTTP."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from services.feed.app import service
from shared.contracts import Event, Role
from shared.contracts.feed import Child
from tests.feed.extracts import FIRST, ExtractFeed, born, council, lay_down, name
from tests.feed.rolls_by_hand import HEADER, day, table, upn
from tests.support.databases import Clone
from tests.support.web import Web, caller, web

SCHOOL, OTHER = "990001", "990002"
HEAD = caller("headteacher", SCHOOL)


def line(number: int, **other: str) -> list[str]:
    """The nth child, as the school's own table has it; without a UPN, for those of `council` have no right one."""
    cells = {"upn": "", "given": name(number)[0], "family": name(number)[1], "born": day(born(number)[:10])}
    return list({**cells, **other}.values())


def new(number: int, **other: str) -> list[str]:
    """A child whom the council does not have."""
    return line(500 + number, upn=upn(number), **other)


def a_table(*lines: Sequence[str]) -> bytes:
    return table(lines, HEADER).encode()


class School:
    """A feed that has taken a council's extract, and somebody who answers for a school's roll."""

    def __init__(self, database: Clone, extracts: Path, **other: Any) -> None:
        self.feed = ExtractFeed(database, extracts, **other)
        self.web: Web = web(service, self.feed.settings, database.db)

    async def begin(self, children: int = 3) -> None:
        await self.feed.restart()
        self.tables = council(children)
        lay_down(self.feed.extracts / "1", self.tables, FIRST)
        await self.feed.take()
        self.begun = await self.feed.emitted()

    async def ask(
        self, path: str, body: Any = None, role: Role = "headteacher", school: str = SCHOOL
    ) -> httpx.Response:
        who = HEAD if (role, school) == (HEAD.role, SCHOOL) else caller(role, school)
        return await self.web.post(path, body or {}, who)

    async def send(self, raw: bytes, school: str = SCHOOL) -> dict[str, Any]:
        """What is said of a file."""
        headers = self.web.bearer(caller("account_administrator", school))
        answer = await self.web.client.post("/rolls/files", content=raw, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def preview(self, raw: bytes, school: str = SCHOOL) -> dict[str, Any]:
        sent = await self.send(raw, school)
        assert sent["upload_id"], sent
        found: dict[str, Any] = (await self.ask(f"/rolls/uploads/{sent['upload_id']}/readings", school=school)).json()
        return found

    async def press(self, upload: str, reason: str | None = None, school: str = SCHOOL) -> httpx.Response:
        return await self.ask(f"/rolls/uploads/{upload}/taking", {"reason": reason}, school=school)

    async def undo(self, upload: str, school: str = SCHOOL) -> httpx.Response:
        return await self.ask(f"/rolls/uploads/{upload}/undoing", {"reason": "The wrong file"}, school=school)

    async def take(self, raw: bytes, reason: str | None = None, school: str = SCHOOL) -> str:
        """Upload a file and press; then what that changed is emitted."""
        upload: str = (await self.preview(raw, school))["upload_id"]
        answer = await self.press(upload, reason, school)
        assert answer.status_code == 204, answer.text
        await self.feed.catch_up()
        return upload

    async def emitted(self) -> list[Event]:
        return await self.feed.emitted()

    async def next_night(self, number: int = 2) -> None:
        """The council's extract once more, as `tables` are by then."""
        lay_down(self.feed.extracts / str(number), self.tables, FIRST + timedelta(days=number))
        await self.feed.take()


class Rolls:
    """Who is on which roll, by all that was ever emitted."""

    def __init__(self) -> None:
        self._children: dict[object, Child] = {}

    def hear(self, events: Sequence[Event]) -> "Rolls":
        self._children.update({one.child_id: one for one in events if isinstance(one, Child)})
        return self

    def of(self, school: str) -> list[str]:
        return sorted(
            child.given_name for child in self._children.values() if any(roll.school == school for roll in child.rolls)
        )

    def child(self, given_name: str) -> Child:
        return next(child for child in self._children.values() if child.given_name == given_name)
