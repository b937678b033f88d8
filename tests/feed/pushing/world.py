"""A council's sender, made by hand: it asks for a token as the DfE's does, and pushes; and a feed that takes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx

from services.feed.app import service
from services.feed.chosen import load
from services.feed.settings import Settings
from shared.contracts import Event
from shared.contracts.feed import Child
from tests.feed.rolls_by_hand import HEADER, day, table, upn
from tests.feed.world import Feed, Tape
from tests.support.databases import Clone
from tests.support.web import Web, caller, web

PUSHED = load("dfe", "push")
AREA = "/children_social_care_data/999"
BATCH, COMPLETE = f"{AREA}/children", f"{AREA}/complete"
SCHOOL = "990001"
CLIENT, SECRET, SUPPLIER = "council-sender", "s" * 43, "k" * 43
FIRST = datetime(2026, 1, 5, 2, tzinfo=UTC)
NAMES = ("Mirela", "Tarnwick"), ("Osian", "Bramhale"), ("Yusra", "Okonjo")


def person(number: int = 1, *episodes: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The nth child as a council's sender tells of it, with all that we drop."""
    given, family = NAMES[number - 1]
    details = {
        "unique_pupil_number": upn(number), "first_name": given, "surname": family.upper(),
        "date_of_birth": born(number), "sex": "F", "ethnicity": "WBRI", "postcode": "AB1 2CD", "disabilities": ["NONE"],
        "purge": False,
    }  # fmt: skip
    return {
        "la_child_id": f"C{number}", "mis_child_id": "9876543210", "child_details": details,
        "social_care_episodes": list(episodes or [episode(number)]), "purge": False, **other,
    }  # fmt: skip


def episode(number: int = 1, *workers: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The nth case, open, with a worker."""
    return {
        "social_care_episode_id": f"E{number}", "referral_date": "2025-09-01", "referral_source": "1A",
        "referral_no_further_action_flag": False, "care_worker_details": list(workers or [worker()]),
        "child_protection_plans": [{"child_protection_plan_id": "P1", "start_date": "2025-10-01"}], "purge": False,
        **other,
    }  # fmt: skip


def worker(number: int = 1, starts: str | None = "2025-09-02", **other: Any) -> dict[str, Any]:
    begins = {} if starts is None else {"start_date": starts}
    return {"worker_id": f"W{number}", **begins, **other}


def born(number: int) -> str:
    return f"201{number}-03-0{number}"


def staff(number: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "staff_id": f"W{number}", "name": f"Ione Marlow{number}", "job": "social_worker", "team_id": "T1",
        "phone": f"07700 90010{number}", **other,
    }  # fmt: skip


TEAM = {"team_id": "T1", "name": "North", "duty_phone": "01632 960001", "duty_hours": "9 to 5"}


class PushFeed(Feed):
    """A feed into which a council pushes."""

    def __init__(self, database: Clone, **other: Any) -> None:
        super().__init__(database, Tape(), PUSHED)
        self.settings = Settings.model_validate({"source": "dfe", "way": "push", **other})
        self.web: Web = web(service, self.settings, database.db)
        self.token = ""

    async def open(self) -> None:
        """As after `portal push-client add`, when the feed has started."""
        await self.begin_again(1)
        await self.database.execute(
            "INSERT INTO push_client (id, la_code, secret, supplier, signs) VALUES ($1, '999', $2, $3, $4)",
            CLIENT, sha256(SECRET.encode()).digest(), sha256(SUPPLIER.encode()).digest(), b"\x07" * 32,
        )  # fmt: skip
        self.token = (await self.ask_token()).json()["access_token"]

    async def ask_token(self, **other: str) -> httpx.Response:
        form = {"client_id": CLIENT, "client_secret": SECRET, "scope": "any", "grant_type": "client_credentials"}
        return await self.web.client.post("/oauth2/token", data={**form, **other})

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """`body`: what is sent, or its bytes. Header names with underscores for hyphens."""
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        own = {"authorization": f"Bearer {self.token}", "supplierkey": SUPPLIER, "content-type": "application/json"}
        further = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.web.client.post(path, headers={**own, **further}, **sent)  # type: ignore[arg-type]

    async def push(self, *children: dict[str, Any]) -> None:
        """A batch that is taken."""
        answer = await self.post(BATCH, list(children))
        assert answer.status_code == 200, answer.text
        assert len(answer.json()) == len(children)

    async def complete(self, at: datetime = FIRST) -> None:
        answer = await self.post(COMPLETE, {"complete_to": at.isoformat()})
        assert answer.status_code == 204, answer.text
        await self.catch_up()

    async def give_list(self, name: str, entries: list[Any], **headers: str) -> None:
        answer = await self.post(f"{AREA}/lists/{name}", entries, **headers)
        assert answer.status_code == 204, answer.text

    async def give_lists(self) -> None:
        """Nobody is restricted; three workers of one team."""
        await self.give_list("restricted", [])
        await self.give_list("staff", [staff(1), staff(2), staff(3)])
        await self.give_list("teams", [TEAM])

    async def upload_roll(self, *numbers: int) -> None:
        """These children are put on the roll by their school."""
        await self.upload(SCHOOL, [[upn(n), *NAMES[n - 1], day(born(n))] for n in numbers])

    async def upload(self, school: str, lines: list[list[str]]) -> None:
        """A school's roll: UPN, given name, family name, birth date as 05/03/2014 of each child."""
        headers = self.web.bearer(caller("account_administrator", school))
        sent = await self.web.client.post("/rolls/files", content=table(lines, HEADER).encode(), headers=headers)
        path = f"/rolls/uploads/{sent.json()['upload_id']}/taking"
        taken = await self.web.post(path, {"reason": None}, caller("headteacher", school))
        assert taken.status_code == 204, taken.text
        await self.catch_up()

    async def rows(self, table: str) -> list[dict[str, object]]:
        sql = f"SELECT body FROM mirror WHERE source_table = '{table}' AND deleted_at IS NULL ORDER BY key"
        return [json.loads(str(row["body"])) for row in await self.database.rows(sql)]


class Known:
    """The last state of each child, by given name, and of all else by its type."""

    def __init__(self) -> None:
        self.children: dict[object, Child] = {}
        self.others: list[Event] = []

    def hear(self, events: list[Event]) -> Known:
        for event in events:
            if isinstance(event, Child):
                self.children[event.child_id] = event
            else:
                self.others.append(event)
        return self

    def child(self, given: str) -> Child:
        [found] = [one for one in self.children.values() if one.given_name == given and not one.ended]
        return found


LATER = FIRST + timedelta(days=1)
