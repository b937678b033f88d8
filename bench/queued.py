"""The officers' queue with very many referrals, most of them decided: asked of the service, and as a page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from bench.client import Lead
from bench.figures import MS, Figure, Measured, p99, spread
from bench.load import Orders, Request
from bench.portal import Portal, looking, until
from bench.rounds import WARM_S, Target, loaded, watched
from services.gateway.frame.cookies import SESSION
from services.gateway.journeys.triage import journey
from services.referrals.making.domain.reference import LETTERS, check_character

AT_ONCE = 4
SECONDS = 10.0
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
CHILDREN = """
    SELECT child_id, school, given_name, family_name, born FROM child JOIN roll USING (child_id)
     WHERE given_name IS NOT NULL AND isfinite(born)
"""
PEOPLE = "SELECT account_id AS id FROM person"
DECIDE = """
    UPDATE handling
       SET acknowledged_by = $1, acknowledged_at = made_at, decided_by = $1, decided_at = made_at + interval '1 day',
           decision = 'assessment', version = 2
      FROM referral
     WHERE referral.referral_id = handling.referral_id AND made_at < $2
"""


async def measure(portal: Portal, count: int) -> Measured:
    """Both with what is there, and again with `count` referrals more."""
    officer = await Lead.signed_in(portal, "referrals", "triage_officer")
    few, seen_few = await _referrals(portal), await _asked(portal, officer)
    await fill(portal, count)
    seen = await _asked(portal, officer)
    figures = [
        Figure(
            f"{what}, {count:,} referrals, p99", "ms", one["p99_ms"], seen_few[what]["p99_ms"], f"with {few:,} of them"
        )
        for what, one in seen.items()
    ]
    return Measured(figures, {"queue": {"few": seen_few, "many": seen}})


async def _referrals(portal: Portal) -> int:
    async with looking(portal.admin("referrals")) as referrals:
        return int(await referrals.fetchval("SELECT count(*) FROM referral"))


async def _asked(portal: Portal, officer: Lead) -> dict[str, Any]:
    """What was seen of the service and of the page, a few officers at once."""
    cookie = {"cookie": f"{SESSION}={officer.session}"}
    page = Request("GET", journey.start, headers=cookie)
    return {
        "GET /queue": await _round(portal, "referrals", await officer.token(), Request("GET", "/queue")),
        "the queue's page": await _round(portal, "gateway", None, page),
    }


async def _round(portal: Portal, part: str, bearer: str | None, request: Request) -> dict[str, Any]:
    target = Target(portal.places.url(part), request.path, portal.pid(part))
    await loaded(Orders(target.url, bearer, [request], AT_ONCE, WARM_S))
    one = await watched(portal, target, Orders(target.url, bearer, [request], AT_ONCE, SECONDS))
    took_s, computed = one["took_s"], one["cpu_s_by_part"]
    return {"p99_ms": p99(took_s) * MS, "took_ms": spread(took_s, MS), "cpu_s_by_part": computed}


async def fill(portal: Portal, count: int) -> None:
    """Add so many referrals, as the administrator: no fact tells of them. One in UNDECIDED is to be decided."""
    async with looking(portal.admin("referrals")) as referrals:
        children, people = await referrals.fetch(CHILDREN), [one["id"] for one in await referrals.fetch(PEOPLE)]
        now = datetime.now(UTC)
        rows = list(made(children, people, await _free(referrals, count), now))
        async with referrals.transaction():
            for at in range(0, count, CHUNK):
                await referrals.copy_records_to_table("referral", records=rows[at : at + CHUNK], columns=COLUMNS)
            await referrals.execute(DECIDE, people[0], now - DECIDED)
        await referrals.execute("VACUUM (ANALYZE) referral")
        await referrals.execute("VACUUM (ANALYZE) handling")
    await settled(portal)


async def _free(referrals: Any, count: int) -> list[str]:
    """So many references that no referral has."""
    taken = {row["reference"] for row in await referrals.fetch("SELECT reference FROM referral")}
    free = (reference for reference in map(_reference, itertools.count()) if reference not in taken)
    return list(itertools.islice(free, count))


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
    seen: list[tuple[int, int]] = []
    async with looking(portal.admin("referrals")) as referrals:

        async def done() -> bool:
            steps, outbox = await referrals.fetchrow(
                "SELECT (SELECT count(*) FROM step), (SELECT count(*) FROM outbox)"
            )
            seen.append((steps, outbox))
            return outbox == 0 and seen[-2:] == [seen[-1]] * 2

        await until(done, "the portal has done its own work with them", SETTLED_MAX_S, every_s=LOOK_AGAIN_S)
