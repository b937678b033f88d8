"""A child whose name, date of birth and UPN nobody else has goes everywhere that a child can go, wrong ways too; then
all that operators see is searched. It runs last: the faults before it have filled the logs with errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.demo.upn import numbered
from deploy.operate.topics import specs
from deploy.services import load_all
from shared.contracts.feed import Child
from shared.log.kafka import KafkaBus
from shared.log.record import Record
from tests.support.people import Person, Portal
from tests.support.portal import operator
from tests.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

GIVEN, FAMILY, BORN = "Quexzille", "Vontarrowby", date(2009, 2, 17)
UPN = numbered(777, establishment=7700, year=13)
CONCERN = f"{GIVEN} {FAMILY} came to school three days running without a coat, and was cold."
CANARIES = [GIVEN, FAMILY, UPN, UPN[1:], "2009-02-17", "17 February 2009", "17/02/2009"]
PLANS = ["early_help", "child_in_need", "child_protection", "looked_after"]
DOMESTIC = ("connect.config", "connect.offset", "connect.status", "source.council.raw")


async def add_canary(portal: Portal, school: str) -> None:
    """Into the council's case system, with a plan and a reason that must stay there."""
    async with portal.sql("council") as source, source.transaction():
        person = await source.fetchval(
            "INSERT INTO person (upn, given, family, born) VALUES ($1, $2, $3, $4) RETURNING id",
            UPN, GIVEN, FAMILY, BORN,
        )  # fmt: skip
        await source.execute("INSERT INTO school_history (person_id, urn, starts) VALUES ($1, $2, '2020-01-01')",
                             person, school)  # fmt: skip
        await source.execute(
            "INSERT INTO involvement (person_id, team_id, opened, plan, reason)"
            " SELECT $1, min(id), '2021-01-01', 'child_protection', 'canary_reason_of_plan' FROM team", person,
        )  # fmt: skip


async def go_everywhere(portal: Portal, lead: Person, officer: Person) -> None:
    """Right ways, and wrong ways in each of which the canary is what is wrong."""
    found = await until(lambda: lead.search(UPN), lambda answer: answer.json().get("outcome") == "found", 60)
    child_id = found.json()["child"]["child_id"]
    named = {"given_name": GIVEN, "family_name": FAMILY, "born": str(BORN), "purpose": "welfare"}
    key = str(uuid4())
    referral = {"child_id": child_id, "urgency": "not_urgent", "kind": "concern", "concern": CONCERN,
                "done_so_far": "", "parents_know": True, "contact": "the office",
                "child": {k: v for k, v in named.items() if k != "purpose"}}  # fmt: skip
    for body in (named, {**named, FAMILY: 1}, {**named, "born": GIVEN}, {**named, "purpose": FAMILY}, {"upn": GIVEN}):
        await lead.ask("lookup", "/searches", body)
    await lead.ask("lookup", "/searches", {**named, "given_name": f"{GIVEN}\0"})
    await lead.ask("lookup", f"/searches/{UPN}", named)

    async def refer(body: dict[str, object]) -> int:
        return (await lead.ask("referrals", "/referrals", body, idempotency_key=key)).status_code

    await until(lambda: refer(referral), lambda status: status == 201, 60)  # it hears of the child by itself
    bodies = (referral, referral, {**referral, "concern": f"{CONCERN} Again."}, {**referral, "child_id": GIVEN})
    assert [await refer(body) for body in bodies] == [201, 201, 422, 422]
    await officer.ask("audit", "/readings", {"child": {k: v for k, v in named.items() if k != "purpose"}})
    await officer.ask("audit", "/readings", {"child": {"upn": UPN}, "person": FAMILY, "after": UPN})
    wrong = {"email": f"{FAMILY}@example.org", "password": f"{GIVEN}-{UPN}"}
    await portal.client.post(f"{portal.places['identity']}/sign-ins", json=wrong)
    for service in ("gateway", "lookup", "identity"):
        headers = {"x-correlation-id": UPN, "traceparent": FAMILY, "authorization": f"Bearer {GIVEN}"}
        await portal.client.post(f"{portal.places[service]}/{FAMILY}", content=GIVEN.encode(), headers=headers)


async def add_poison(portal: Portal) -> None:
    """A record that breaks its contract, a record that PostgreSQL refuses, and one that has come too late."""
    bus = KafkaBus(operator(portal.home), "test-canary")
    body = json.dumps({"child_id": str(uuid4()), "given_name": GIVEN, "family_name": FAMILY, "upn": UPN}).encode()
    try:
        await bus.append([Record(Child.topic, str(uuid4()).encode(), body, (("ce_type", Child.type.encode()),))])
    finally:
        await bus.stop()


async def set_aside(portal: Portal) -> str:
    return await portal.command("dead", "list")


def seen_by_operators(portal: Portal) -> Iterator[tuple[str, bytes]]:
    """Every log and every span file."""
    for path in sorted((portal.home / "logs").iterdir()):
        yield path.name, path.read_bytes()


async def metrics(portal: Portal) -> dict[str, str]:
    names = [service.name for service in load_all()]
    return {name: (await portal.client.get(f"{portal.places[f'{name}_operations']}/metrics")).text for name in names}


async def records(portal: Portal) -> list[Record]:
    """All that Kafka holds."""
    bus = KafkaBus(operator(portal.home), "test-canary")
    try:
        topics = [spec.name for spec in specs(load_all())] + list(DOMESTIC)
        return [record for topic in dict.fromkeys(topics) for record in await bus.read(topic)]
    finally:
        await bus.stop()


def leaks(where: str, text: bytes, words: list[str]) -> list[str]:
    return [f"{word} in {where}" for word in words if word.lower().encode() in text.lower()]


async def test_nothing_that_operators_see_names_the_child(portal: Portal):
    lead, officer = await portal.person("lead"), await portal.person("data_protection_officer")
    assert lead.school
    await add_canary(portal, lead.school)
    await go_everywhere(portal, lead, officer)
    await add_poison(portal)
    await until(lambda: set_aside(portal), lambda text: "lookup.states" in text, 60)
    found = [leak for name, text in seen_by_operators(portal) for leak in leaks(name, text, CANARIES)]
    found += [leak for name, text in (await metrics(portal)).items() for leak in leaks(name, text.encode(), CANARIES)]
    kept = await records(portal)
    for record in kept:
        outside = (record.key or b"") + b" ".join(name.encode() + (value or b"") for name, value in record.headers)
        found += leaks(f"key or header of {record.topic}", outside, CANARIES)
    assert found == []
    assert any(FAMILY.encode() in (record.value or b"") for record in kept), "the canary never flew"
    spans = [name for name, text in seen_by_operators(portal) if name.endswith(".spans") and text]
    assert {"lookup.spans", "gateway.spans", "audit.spans", "feed.spans"} <= set(spans)


async def test_one_trace_leads_from_the_request_through_kafka_to_the_entry(portal: Portal):
    lead = await portal.person("lead")
    trace = uuid4().hex
    await lead.ask("lookup", "/searches", {"upn": UPN, "purpose": "welfare"}, traceparent=f"00-{trace}-{'1' * 16}-01")

    async def names() -> set[str]:
        lines = [line for path in (portal.home / "logs").glob("*.spans") for line in path.read_text().splitlines()]
        return {span["name"] for span in map(json.loads, lines) if span["context"]["trace_id"] == f"0x{trace}"}

    wanted = {"lookup POST /searches", "lookup.post_search", "audit.record receive"}
    await until(names, lambda found: wanted <= found, 60)


OF_REFERRALS = ("early_help in referrals.", "early_help in audit.entry")
"""What a school may ask for, and the council decide, is called like one kind of plan."""


async def test_kinds_of_plan_never_leave_the_source(portal: Portal):
    words = [*PLANS, "canary_reason_of_plan"]
    found = [leak for name, text in seen_by_operators(portal) for leak in leaks(name, text, words)]
    for record in await records(portal):
        found += leaks(record.topic, (record.value or b"") + (record.key or b""), words)
    for service in load_all():
        found += await in_database(portal, service.name, words) if service.database else []
    assert [leak for leak in found if not leak.startswith(OF_REFERRALS)] == []


async def in_database(portal: Portal, service: str, words: list[str]) -> list[str]:
    """A service's tables that hold one of the words, as text or as bytes."""
    found = []
    async with portal.sql(service) as database:
        tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in (row["tablename"] for row in tables):
            for word in words:
                rows = f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE $1 OR t::text LIKE $2'
                if await database.fetchval(rows, f"%{word}%", f"%{word.encode().hex()}%"):
                    found.append(f"{word} in {service}.{table}")
    return found


def test_the_kinds_are_those_of_the_source():
    schema = (Path(__file__).parents[2] / "deploy/demo/schema.sql").read_text()
    assert all(plan in schema for plan in PLANS)


def test_the_search_would_find_it():
    assert leaks("x", f"Name: {FAMILY.upper()}".encode(), CANARIES) == [f"{FAMILY} in x"]
