"""The officers' queue with very many referrals, most of them decided: asked of the service, and as a page."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from bench.client import Lead
from bench.figures import MS, Figure, Told, p99, spread
from bench.load import Orders, Request
from bench.portal import BenchFailed, Portal, cpu_s, looking
from bench.searches import loaded
from services.gateway.frame.cookies import SESSION
from services.gateway.journeys.triage import journey
from services.referrals.making.domain.reference import LETTERS, check_character

AT_ONCE = 4
SECONDS = 10.0
WARM_S = 2.0
UNDECIDED = 20  # one in so many
SETTLED_MAX_S = 240.0
LOOK_AGAIN_S = 3.0
CHUNK = 10_000
DECIDED = timedelta(days=30)  # what was made longer ago has been decided
COLUMNS = (
    "referral_id", "reference", "made_by", "idempotency_key", "body_sha256", "child_id", "school", "made_at", "due_at",
    "gate", "called_at", "called_number", "kind", "concern", "done_so_far", "parents_know", "contact", "urgency",
    "roll_current", "written_given_name", "written_family_name", "written_born",
)  # fmt: skip
DECIDE = """
    UPDATE handling
       SET acknowledged_by = $1, acknowledged_at = made_at, decided_by = $1, decided_at = made_at + interval '1 day',
           decision = 'assessment', version = 2
      FROM referral
     WHERE referral.referral_id = handling.referral_id AND made_at < $2
"""


async def measure(portal: Portal, count: int) -> Told:
    """Both with what is there, and again with `count` referrals more."""
    officer = await Lead.signed_in(portal, "referrals", "triage_officer")
    few, seen_few = await _referrals(portal), await _asked(portal, officer)
    await filled(portal, count)
    seen = await _asked(portal, officer)
    beside = f"the same with {few:,} referrals"
    told = Told(raw={"queue": {"few": seen_few, "many": seen}})
    for name, (what, unit) in {
        "service": ("GET /queue of referrals", "ms"),
        "page": ("the queue's page of the gateway", "ms"),
    }.items():
        ours, floor = seen[name]["p99_ms"], seen_few[name]["p99_ms"]
        told.figures.append(Figure(f"{what}, {count:,} referrals, p99", unit, ours, floor, beside))
    return told


async def _referrals(portal: Portal) -> int:
    async with looking(portal.admin("referrals")) as referrals:
        return int(await referrals.fetchval("SELECT count(*) FROM referral"))


async def _asked(portal: Portal, officer: Lead) -> dict[str, Any]:
    """What was seen of the service and of the page, a few officers at once."""
    cookie = {"cookie": f"{SESSION}={officer.session}"}
    asked = {
        "service": ("referrals", await officer.token(), Request("GET", "/queue")),
        "page": ("gateway", None, Request("GET", journey.start, headers=cookie)),
    }
    seen: dict[str, Any] = {}
    for name, (part, bearer, request) in asked.items():
        url, pid = portal.places.url(part), portal.pid(part)
        await loaded(Orders(url, bearer, [request], AT_ONCE, WARM_S))
        before_s = cpu_s(pid)
        one = await loaded(Orders(url, bearer, [request], AT_ONCE, SECONDS))
        cpu_ms = (cpu_s(pid) - before_s) * MS / len(one["took_s"])
        rate = len(one["took_s"]) / one["seconds"]
        high = p99(one["took_s"]) * MS
        seen[name] = {"p99_ms": high, "took_ms": spread(one["took_s"], MS), "rate_per_s": rate, "cpu_ms": cpu_ms}
    return seen


async def filled(portal: Portal, count: int) -> None:
    """Add so many referrals, as the administrator: no fact tells of them. One in UNDECIDED is to be decided."""
    async with looking(portal.admin("referrals")) as referrals:
        children = await referrals.fetch(
            "SELECT child_id, school, given_name, family_name, born FROM child JOIN roll USING (child_id)"
            " WHERE given_name IS NOT NULL AND isfinite(born)"
        )
        people = [row["account_id"] for row in await referrals.fetch("SELECT account_id FROM person")]
        taken = {row["reference"] for row in await referrals.fetch("SELECT reference FROM referral")}
        free = (reference for reference in map(_reference, itertools.count()) if reference not in taken)
        now = datetime.now(UTC)
        rows = list(made(children, people, list(itertools.islice(free, count)), now))
        async with referrals.transaction():
            for at in range(0, count, CHUNK):
                await referrals.copy_records_to_table("referral", records=rows[at : at + CHUNK], columns=COLUMNS)
            await referrals.execute(DECIDE, people[0], now - DECIDED)
        await referrals.execute("VACUUM (ANALYZE) referral")
        await referrals.execute("VACUUM (ANALYZE) handling")
    await settled(portal)


def made(
    children: Sequence[Any], people: Sequence[UUID], references: Sequence[str], now: datetime
) -> Iterator[tuple[Any, ...]]:
    """A row of COLUMNS for each reference."""
    rng = Random(9)
    for number, reference in enumerate(references):
        child = rng.choice(children)
        undecided = number % UNDECIDED == 0
        at = now - (timedelta(minutes=rng.randint(1, 300)) if undecided else DECIDED * rng.uniform(1.1, 12))
        urgency = rng.choice(("not_urgent", "not_urgent", "not_urgent", "significant"))
        called = ("telephoned", at, "01632 960100") if urgency == "significant" else ("not_urgent", None, None)
        yield (
            _uuid(rng), reference, rng.choice(people), _uuid(rng), b"", child["child_id"], child["school"], at,
            at + timedelta(days=1), *called, "concern", "x" * 800, "y" * 200, True, "01632 960100", urgency, True,
            child["given_name"], child["family_name"], child["born"],
        )  # fmt: skip


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _reference(number: int) -> str:
    """Each number another one."""
    body = ""
    for _ in range(6):
        number, place = divmod(number, len(LETTERS))
        body += LETTERS[place]
    return f"{body[:3]}-{body[3:]}-{check_character(body)}"


async def settled(portal: Portal) -> None:
    """Return when the portal has done by itself what it does with these: no step is added, and every fact is sent."""
    deadline, before = time.monotonic() + SETTLED_MAX_S, None
    async with looking(portal.admin("referrals")) as referrals:
        while True:
            now = tuple(await referrals.fetchrow("SELECT (SELECT count(*) FROM step), (SELECT count(*) FROM outbox)"))
            if now == before and now[1] == 0:
                return
            if time.monotonic() > deadline:
                raise BenchFailed(f"not within {SETTLED_MAX_S:.0f} s: the portal has done its own work with them")
            before = now
            await asyncio.sleep(LOOK_AGAIN_S)
