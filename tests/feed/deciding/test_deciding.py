"""A person at the council decides about two records: what is shown, recorded, refused, and what follows for a child."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.feed.app import service
from services.feed.catching_up import commands as catching_up
from services.feed.deciding import commands
from services.feed.settings import Settings
from shared.contracts import Event, Role
from shared.contracts.feed import Child, LinksRead, RecordsCompared, RecordsDecided
from shared.database.tx import Cause
from tests.feed.linking.world import STAFF, TWOFOLD, UPN, Follower, enrolment, is_plain_no, person, pupil, worked_with
from tests.feed.world import Feed, Tape
from tests.support.databases import Clone
from tests.support.web import caller, web

OFFICER = caller("data_protection_officer")
DOUBTFUL = (pupil(), enrolment(), person("9", upn=None, forename="Mirella"), *worked_with("9"), *STAFF)


@pytest.fixture
async def feed(database: Callable[..., Awaitable[Clone]], tape: Tape) -> Feed:
    """A feed with one doubtful pair."""
    made = Feed(await database("feed"), tape, TWOFOLD)
    await made.begin_again(1)
    await made.ingest(tape.snapshot(100, *DOUBTFUL))
    await made.catch_up()
    return made


async def the_pair(feed: Feed) -> UUID:
    found = await feed.database.value("SELECT id FROM link_pair")
    assert isinstance(found, UUID)
    return found


async def decide(feed: Feed, same: bool | None) -> list[Event]:
    id = await the_pair(feed)
    async with feed.database.db.transaction(Cause(str(OFFICER.account), uuid4())) as tx:
        shown = await commands.compare(tx, OFFICER, id)
        await commands.decide(tx, TWOFOLD, OFFICER, id, same, shown.seen)
    return await feed.emitted()


def on_roll(events: list[Event]) -> Child:
    follower = Follower()
    follower.follow(events)
    [child] = follower.on_roll
    return child


async def test_what_is_decided_is_told_at_once_and_can_be_taken_back(feed: Feed) -> None:
    before = on_roll(await feed.emitted())
    one = on_roll(await decide(feed, True))
    assert (one.child_id, one.doubtful, one.restricted, len(one.allocations)) == (before.child_id, (), False, 1)
    assert on_roll(await decide(feed, None)).doubtful == ("allocations", "cases")
    assert is_plain_no(on_roll(await decide(feed, False)))
    assert len(on_roll(await decide(feed, True)).allocations) == 1


async def test_it_stands_until_a_record_changes_and_no_longer(feed: Feed) -> None:
    await decide(feed, True)
    await feed.ingest(feed.tape.put(300, *pupil(first="Mira")))
    assert on_roll(await feed.emitted()).doubtful == ("allocations", "cases")
    await decide(feed, False)
    await feed.ingest(feed.tape.put(301, *person("9")))  # by the rules they would be one child
    await feed.ingest(feed.tape.put(302, *pupil()))
    assert on_roll(await feed.emitted()).doubtful == ("allocations", "cases")


async def test_it_is_forgotten_a_month_after_one_of_the_records_is_gone(feed: Feed) -> None:
    await decide(feed, False)
    await feed.ingest(feed.tape.delete(900, "person", {"no": "9"}))
    for gone_for, left in (("1 day", 1), ("31 days", 0)):
        await feed.database.execute(
            "UPDATE subject SET ended_at = now() - $1::text::interval WHERE key = 'care:9'", gone_for
        )
        await catching_up.forget_with(TWOFOLD, feed.database.db)
        assert await feed.database.value("SELECT count(*) FROM link_decision") == left


async def test_it_is_not_forgotten_while_both_records_are_there(feed: Feed) -> None:
    """Social care's child has ended long ago, for it is the pupil."""
    await decide(feed, True)
    await feed.database.execute("UPDATE subject SET ended_at = now() - interval '31 days' WHERE key = 'care:9'")
    await catching_up.forget_with(TWOFOLD, feed.database.db)
    assert await feed.database.value("SELECT forgotten FROM subject WHERE key = 'care:9'") is True
    assert await feed.database.value("SELECT count(*) FROM link_decision") == 1


async def test_other_rules_do_not_end_it(feed: Feed) -> None:
    await decide(feed, True)
    await feed.database.execute("UPDATE link_record SET version = 'of before', keys = '{}'")
    await feed.begin_again(1)
    assert await feed.phase() == "sweeping"
    await feed.catch_up()
    assert await feed.database.rows("SELECT standing FROM link_pair") == [{"standing": "linked"}]
    assert await feed.database.value("SELECT count(*) FROM link_record WHERE version = 'of before'") == 0
    assert (await feed.phase(), await feed.emitted()) == ("live", [])


async def test_each_reading_and_decision_is_a_fact_that_names_both_children(feed: Feed) -> None:
    await feed.emitted()
    children = {row["id"] for row in await feed.database.rows("SELECT id FROM subject WHERE kind = 'child'")}
    said = await decide(feed, False)
    [seen] = [fact for fact in said if isinstance(fact, RecordsCompared)]
    [decided] = [fact for fact in said if isinstance(fact, RecordsDecided)]
    assert (seen.actor, seen.outcome, set(seen.children)) == (OFFICER.account, "shown", children)
    assert (decided.outcome, set(decided.children)) == ("two_children", children)


async def ask(feed: Feed, path: str, as_: Role = "data_protection_officer", **body: Any) -> httpx.Response:
    who = OFFICER if as_ == OFFICER.role else caller(as_)
    return await web(service, Settings(), feed.database.db).post(path, body, who)


async def test_a_list_says_of_nobody_who_it_is_and_both_records_are_shown_side_by_side(feed: Feed) -> None:
    listed = await ask(feed, "/links/readings")
    [pair] = listed.json()["pairs"]
    assert (pair["standing"], pair["verdict"], pair["decided"]) == ("waiting", "doubtful", None)
    assert listed.json()["counts"] == {"waiting": 1, "marked": 0, "decided": 0}
    assert "Mirel" not in listed.text
    shown = await web(service, Settings(), feed.database.db).get(f"/links/{pair['id']}", OFFICER)
    assert shown.json()["roll"] == {
        "number": "1", "given_name": "Mirela", "family_name": "Thornwick", "born": "2014-03-05", "upns": [UPN],
    }  # fmt: skip
    assert (shown.json()["care"]["given_name"], shown.json()["care"]["number"]) == ("Mirella", "9")


async def test_a_link_that_was_made_by_itself_is_found_by_a_upn_and_that_is_recorded(feed: Feed) -> None:
    await feed.ingest(feed.tape.put(300, *person("9")))
    await feed.emitted()
    assert (await ask(feed, "/links/readings")).json()["pairs"] == []
    [pair] = (await ask(feed, "/links/readings", upn=f" {UPN.lower()} ")).json()["pairs"]
    assert (pair["standing"], pair["decided"]) == ("linked", None)
    listed, found = [fact for fact in await feed.emitted() if isinstance(fact, LinksRead)]
    assert (listed.asked, listed.children, listed.upn) == ("waiting", (), None)
    assert (found.asked, len(found.children), found.upn) == ("upn", 2, UPN)
    assert (await ask(feed, "/links/readings", upn="X")).status_code == 422


async def test_without_the_fact_nothing_is_shown(feed: Feed) -> None:
    id = await the_pair(feed)
    await feed.database.execute("ALTER TABLE outbox RENAME TO elsewhere")
    refused = await web(service, Settings(), feed.database.db).get(f"/links/{id}", OFFICER)
    assert (refused.status_code, "Mirel" in refused.text) == (503, False)


@pytest.mark.parametrize("role", ["lead", "headteacher", "triage_officer", "operator", "account_administrator"])
async def test_it_is_for_the_data_protection_officer_alone(feed: Feed, role: Role) -> None:
    id = await the_pair(feed)
    await feed.emitted()
    answers = [
        await ask(feed, "/links/readings", role),
        await ask(feed, f"/links/{id}/decision", role, same=True, seen=""),
    ]
    answers.append(await web(service, Settings(), feed.database.db).get(f"/links/{id}", caller(role)))
    assert [answer.status_code for answer in answers] == [403] * 3
    assert await feed.emitted() == []


async def test_no_such_pair_and_one_that_was_seen_otherwise_are_refused_and_recorded(
    database: Callable[..., Awaitable[Clone]], tape: Tape
) -> None:
    """Of the source whose children have one record each there is no pair but the one that is made up here."""
    feed = Feed(await database("feed"), tape)
    await feed.live()
    nobody = await ask(feed, f"/links/{uuid4()}/decision", same=True, seen="x")
    await feed.database.execute(
        "INSERT INTO link_record (key, side, described, digest, keys, version) SELECT key, side,"
        ' \'{"given_name": "A", "family_name": "B", "born": null, "upns": []}\', \'1\', \'{}\', \'x\''
        " FROM (VALUES ('1', 'roll'), ('care:1', 'care')) AS made (key, side)"
    )
    await feed.database.execute("INSERT INTO link_pair (roll, care, verdict) VALUES ('1', 'care:1', 'doubtful')")
    id = await the_pair(feed)
    otherwise = await ask(feed, f"/links/{id}/decision", same=True, seen="x")
    shown = (await web(service, Settings(), feed.database.db).get(f"/links/{id}", OFFICER)).json()
    done = await ask(feed, f"/links/{id}/decision", same=True, seen=shown["seen"])
    again = await ask(feed, f"/links/{id}/decision", same=False, seen=shown["seen"])
    assert [one.status_code for one in (nobody, otherwise, done, again)] == [404, 409, 200, 409]
    said = [fact.outcome for fact in await feed.emitted() if isinstance(fact, RecordsDecided)]
    assert said == ["not_found", "changed_meanwhile", "one_child", "changed_meanwhile"]
