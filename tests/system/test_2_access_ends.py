"""Access ends within seconds, however much else there is to follow."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest

from deploy.demo.cases import cases
from shared.contracts import Meta
from shared.contracts.feed import Child
from shared.log.kafka import KafkaBus
from shared.log.record import Record
from tests.support.people import Person, Portal
from tests.support.portal import operator
from tests.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

FOUND = next(case for case in cases() if case.shows == "found")
BACKLOG = 100_000
AT_ONCE = 5_000
WITHIN_S = 5.0


def children(count: int) -> list[Record]:
    """States of children that nobody knows, as the feed would say them."""
    return [child_record(Child(child_id=uuid4(), revision=1, upn=None, given_name="Backlog", family_name="Backlog",
                               born=date(2015, 1, 1))) for _ in range(count)]  # fmt: skip


def child_record(child: Child) -> Record:
    from datetime import UTC, datetime

    meta = Meta(id=uuid4(), type=Child.type, source="feed", time=datetime.now(UTC), correlation=uuid4(), actor="feed")
    return Record(Child.topic, child.key.encode(), child.model_dump_json().encode(), tuple(meta.to_headers().items()))


async def add_backlog(portal: Portal) -> None:
    bus = KafkaBus(operator(portal.home), "test-backlog")
    try:
        for _ in range(BACKLOG // AT_ONCE):
            await bus.append(children(AT_ONCE))
    finally:
        await bus.stop()


async def backlog(portal: Portal) -> int:
    bus = KafkaBus(operator(portal.home), "test-looks")
    try:
        ends = await bus.ends([Child.topic])
        done = await bus.committed("lookup.states", [Child.topic])
        return sum(end - done.get(place, 0) for place, end in ends.items())
    finally:
        await bus.stop()


async def lead_of_two(portal: Portal) -> Person:
    """Acting for one of the two schools."""
    lead = await portal.person("lead", number=3)
    url = f"{portal.places['identity']}/session/acting"
    chosen = await portal.client.put(url, json={"role": "lead", "school": lead.school}, headers=lead.bearer)
    assert chosen.status_code == 200
    return lead


async def signed_out(portal: Portal, lead: Person) -> None:
    answer = await portal.client.delete(f"{portal.places['identity']}/session", headers=lead.bearer)
    assert answer.status_code == 204


async def disabled(portal: Portal, lead: Person) -> None:
    await operated(portal, f"/accounts/{await account_id(portal, lead)}/disabling", {})


async def role_removed(portal: Portal, lead: Person) -> None:
    removal = {"role": "lead", "school": lead.school}
    await operated(portal, f"/accounts/{await account_id(portal, lead)}/roles/removal", removal)


async def suspended(portal: Portal, lead: Person) -> None:
    await operated(portal, f"/schools/{lead.school}/suspension", {})


async def resumed(portal: Portal, lead: Person) -> None:
    await operated(portal, f"/schools/{lead.school}/resumption", {})


async def agreement_ended(portal: Portal, lead: Person) -> None:
    await portal.command("end-agreement", str(lead.school))


async def operated(portal: Portal, path: str, body: object) -> None:
    answer = await (await portal.person("operator")).ask("identity", path, body)
    assert answer.status_code == 204


async def account_id(portal: Portal, lead: Person) -> str:
    who = await portal.client.get(f"{portal.places['identity']}/session", headers=lead.bearer)
    return str(who.json()["account_id"])


@dataclass(frozen=True)
class End:
    """A way in which access ends: whose (each another's), how, and what the next search is told."""

    who: Callable[[Portal], Awaitable[Person]]
    do: Callable[[Portal, Person], Awaitable[None]]
    told: tuple[int, str]


ACCESS_ENDED, ACTING_ENDED = (401, "/problems/access-ended"), (403, "/problems/acting-ended")
ENDS = {
    "agreement ended": End(lambda portal: portal.person("lead", number=2), agreement_ended, ACTING_ENDED),
    "sign out": End(lambda portal: portal.person("lead", number=0), signed_out, ACCESS_ENDED),
    "disable": End(lambda portal: portal.person("headteacher"), disabled, ACCESS_ENDED),
    "role removed": End(lead_of_two, role_removed, ACTING_ENDED),
    "school suspended": End(lambda portal: portal.person("lead", number=1), suspended, ACTING_ENDED),
}


@dataclass(frozen=True)
class Seen:
    """How long after its end the last search was still allowed, in seconds; and what the next was told."""

    allowed_s: float
    told: tuple[int, str]


@pytest.fixture(scope="module")
async def seen(portal: Portal) -> dict[str, Seen]:
    """All of them end behind one backlog, and then search on and on in turn, with tokens that stay good for minutes."""
    people = {name: await end.who(portal) for name, end in ENDS.items()}
    assert [(await lead.search(FOUND.upn)).status_code for lead in people.values()] == [200] * len(people)
    await add_backlog(portal)
    assert await backlog(portal) > 0
    ended_at = {}
    for name, end in ENDS.items():
        await end.do(portal, people[name])
        ended_at[name] = time.monotonic()
    last = dict.fromkeys(ENDS, 0.0)
    while time.monotonic() - max(ended_at.values()) < WITHIN_S + 2:
        for name, lead in people.items():
            began = time.monotonic()
            if (await lead.search(FOUND.upn)).status_code == 200:
                last[name] = began - ended_at[name]
    answers = {name: await lead.search(FOUND.upn) for name, lead in people.items()}
    return {name: Seen(last[name], (one.status_code, one.json()["type"])) for name, one in answers.items()}


@pytest.mark.parametrize("end", ENDS)
async def test_no_search_is_allowed_five_seconds_after_access_ended(seen: dict[str, Seen], end: str):
    assert seen[end].allowed_s < WITHIN_S
    assert seen[end].told == ENDS[end].told


async def test_a_school_resumed_is_acted_for_again_with_the_token_from_before(portal: Portal, seen: dict[str, Seen]):
    lead = await portal.person("lead", number=1)

    async def status() -> int:
        return (await lead.search(FOUND.upn)).status_code

    assert await status() == 403
    await resumed(portal, lead)
    assert await until(status, lambda status: status == 200, within_s=30)
