"""The officers' queue: its order, its lines, what it is narrowed by, its pages; and that reading it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.referrals.queue import commands
from services.referrals.queue.commands import PAGE
from services.referrals.queue.domain import QueueFilter, from_text
from shared.contracts.identity import Account, School
from tests.referrals.drafts.world import DESCRIBED, Writer
from tests.referrals.triage.desk import Officer, officer
from tests.referrals.world import MIRA, NORTH, OTHER_SCHOOL, ROWAN, WORDS, Referrals, allocated, child, on_roll
from tests.support.web import SCHOOL, caller

CALL = {"called_number": "01632 960100"}
URGENCIES = ("immediate", "significant", "urgent", "not_urgent")


@pytest.fixture
async def iris(referrals: Referrals) -> Officer:
    return await officer(referrals)


@pytest.fixture
async def tom(referrals: Referrals) -> Officer:
    return await officer(referrals, "Tom Okonjo")


async def sent(referrals: Referrals, urgency: str = "not_urgent", due_in_hours: float = 24, **said: Any) -> str:
    """A referral with this answer at the gate, due then; its reference."""
    call = {} if urgency == "not_urgent" else {**CALL, "called_at": datetime.now(UTC).isoformat()}
    reference: str = (await referrals.made(urgency=urgency, **{**call, **said}))["reference"]
    due = datetime.now(UTC) + timedelta(hours=due_in_hours)
    await referrals.clone.execute("UPDATE referral SET due_at = $2 WHERE reference = $1", reference, due)
    of = "(SELECT referral_id FROM referral WHERE reference = $1)"
    await referrals.clone.execute(f"UPDATE handling SET due_at = $2 WHERE referral_id = {of}", reference, due)
    return reference


def references(page: dict[str, Any]) -> list[str]:
    return [line["reference"] for line in page["referrals"]]


def only(page: dict[str, Any]) -> dict[str, Any]:
    [line] = page["referrals"]
    found: dict[str, Any] = line
    return found


async def belongs(referrals: Referrals, reference: str, team: UUID) -> None:
    of = "(SELECT referral_id FROM referral WHERE reference = $1)"
    await referrals.clone.execute(f"UPDATE handling SET team_id = $2 WHERE referral_id = {of}", reference, team)


async def test_overdue_comes_first_then_unacknowledged_then_what_is_at_hand_then_what_waits_for_the_school(
    referrals: Referrals, iris: Officer
) -> None:
    asked = await sent(referrals, "immediate")
    at_hand = await sent(referrals, "significant")
    unread = [await sent(referrals, urgency) for urgency in reversed(URGENCIES)][::-1]
    overdue = [await sent(referrals, urgency, -1) for urgency in ("not_urgent", "urgent")][::-1]
    await iris.did("ask", asked)
    await iris.did("acknowledge", at_hand)
    page = await iris.queue()
    assert references(page) == [*overdue, *unread, at_hand, asked]
    assert [line["overdue"] for line in page["referrals"]] == [True, True, *[False] * 6]


async def test_of_one_urgency_what_is_due_first_comes_first(referrals: Referrals, iris: Officer) -> None:
    later = await sent(referrals, due_in_hours=20)
    sooner = await sent(referrals, due_in_hours=2)
    longer_overdue, just_overdue = await sent(referrals, due_in_hours=-5), await sent(referrals, due_in_hours=-1)
    assert references(await iris.queue()) == [longer_overdue, just_overdue, sooner, later]


async def test_what_was_answered_is_at_hand_again_and_what_is_decided_is_gone(
    referrals: Referrals, iris: Officer
) -> None:
    answered, decided = await sent(referrals), await sent(referrals)
    await iris.did("ask", answered)
    await referrals.clone.execute("UPDATE handling SET asked_at = NULL")
    await iris.did("decide", decided)
    page = await iris.queue()
    assert [(line["reference"], line["standing"]) for line in page["referrals"]] == [(answered, "being_decided")]
    assert page["counts"] == {"to_acknowledge": 0, "to_decide": 1}


async def test_a_line_says_who_sent_it_about_whom_with_which_worker_and_who_has_it(
    referrals: Referrals, iris: Officer
) -> None:
    sender = Account(revision=1, account_id=referrals.who.account, name="Aisha Khan")
    await referrals.keep(School(revision=1, urn=SCHOOL, name="Alder Primary"), sender, NORTH, ROWAN)
    reference = await sent(referrals, "significant")
    await referrals.change(allocations=(allocated(),))
    await belongs(referrals, reference, NORTH.team_id)
    await iris.did("take", reference)
    line = only(await iris.queue())
    told = {name: line[name] for name in ("given_name", "family_name", "born", "worker", "worker_team", "worker_known")}
    assert told == {
        "given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03", "worker": "Rowan Achterberg",
        "worker_team": "Northbrook", "worker_known": True,
    }  # fmt: skip
    assert (line["school"], line["school_name"]) == (SCHOOL, "Alder Primary")
    assert (line["sender_name"], line["sender_role"], line["urgency"]) == ("Aisha Khan", "lead", "significant")
    assert (line["team"], line["front_door"]) == ("Northbrook", False)
    assert (line["taken_by"], line["taken_by_name"], line["version"]) == (iris.id, iris.name, 1)
    assert WORDS not in str(line)


async def test_from_old_or_doubted_records_no_worker_is_no_none(referrals: Referrals, iris: Officer) -> None:
    await sent(referrals)
    assert (only(await iris.queue())["worker"], only(await iris.queue())["worker_known"]) == (None, True)
    await referrals.doubt(MIRA)
    assert only(await iris.queue())["worker_known"] is False
    await referrals.change()
    assert only(await iris.queue())["worker_known"] is True
    await referrals.is_stale()
    assert only(await iris.queue())["worker_known"] is False


async def test_a_restricted_childs_worker_is_not_told_and_it_is_said_why(referrals: Referrals, iris: Officer) -> None:
    await sent(referrals)
    await referrals.change(restricted=True)
    assert (only(await iris.queue())["restricted"], only(await iris.queue())["worker"]) == (True, None)


async def test_a_described_child_is_named_as_described_until_an_officer_finds_it(
    referrals: Referrals, iris: Officer
) -> None:
    writer = Writer(referrals)
    reference = (await writer.sent(await writer.written(**DESCRIBED)))["reference"]
    line = only(await iris.queue())
    assert (line["given_name"], line["family_name"], line["born"]) == ("Canary", "Thistle", None)
    assert (line["described"], line["worker_known"]) == (True, False)
    assert (await referrals.facts())[-1]["children"] == []
    link = "INSERT INTO link SELECT referral_id, $2, $2, now() FROM referral WHERE reference = $1"
    await referrals.clone.execute(link, reference, MIRA.child_id)
    line = only(await iris.queue())
    assert (line["given_name"], line["described"], line["worker_known"]) == ("Mira", False, True)
    await iris.did("acknowledge", reference)
    acts = [fact for fact in await referrals.facts() if fact["type"] in ("QueueRead", "ReferralAcknowledged")]
    assert [fact["children"] for fact in acts] == [[], [str(MIRA.child_id)], [str(MIRA.child_id)]]


async def test_of_a_child_that_the_records_have_not_it_is_not_said_that_it_has_no_worker(
    referrals: Referrals, iris: Officer
) -> None:
    await sent(referrals)
    await referrals.clone.execute("DELETE FROM child")
    assert (only(await iris.queue())["worker"], only(await iris.queue())["worker_known"]) == (None, False)


async def filled(referrals: Referrals, iris: Officer, tom: Officer) -> dict[str, str]:
    """One of each standing, by two schools and two teams."""
    elsewhere = child(rolls=(on_roll(OTHER_SCHOOL),))
    await referrals.keep(elsewhere, NORTH, School(revision=1, urn=OTHER_SCHOOL, name="Larchmere School"))
    made = {name: await sent(referrals) for name in ("sent", "received", "being_decided", "asked", "decided")}
    made["overdue"] = await sent(referrals, "urgent", -1)
    other = await referrals.send(caller("lead", OTHER_SCHOOL), child_id=str(elsewhere.child_id))
    made["larchmere"] = other.json()["reference"]
    await belongs(referrals, made["received"], NORTH.team_id)
    await iris.did("acknowledge", made["received"])
    await iris.did("acknowledge", made["being_decided"])
    await iris.did("take", made["being_decided"])
    await tom.did("ask", made["asked"])
    await tom.did("decide", made["decided"])
    return made


ASKS: dict[str, tuple[dict[str, Any], Sequence[str]]] = {
    "sent": ({"standing": "sent"}, ["overdue", "sent", "larchmere"]),
    "overdue": ({"standing": "overdue"}, ["overdue"]),
    "received": ({"standing": "received"}, ["received"]),
    "being decided": ({"standing": "being_decided"}, ["being_decided"]),
    "asked": ({"standing": "asked"}, ["asked"]),
    "decided": ({"standing": "decided"}, ["decided"]),
    "urgent": ({"urgency": "urgent"}, ["overdue"]),
    "a team's": ({"team": str(NORTH.team_id)}, ["received"]),
    "the front door's": ({"team": "front_door", "standing": "received"}, []),
    "mine": ({"mine": "true"}, ["being_decided"]),
    "a school's": ({"school": OTHER_SCHOOL}, ["larchmere"]),
    "by its name": ({"school": "LARCH"}, ["larchmere"]),
    "by no pattern": ({"school": "l%e"}, []),
    "both": ({"school": "larch", "standing": "asked"}, []),
}


async def test_it_is_narrowed_by_standing_urgency_team_school_and_holder(
    referrals: Referrals, iris: Officer, tom: Officer
) -> None:
    """Which they are; their order has tests of its own. After hours all of these are due at the same moment."""
    made = await filled(referrals, iris, tom)
    for name, (asked, wanted) in ASKS.items():
        assert sorted(references(await iris.queue(**asked))) == sorted(made[one] for one in wanted), name


async def test_its_teams_are_those_that_there_are(referrals: Referrals, iris: Officer) -> None:
    gone = NORTH.model_copy(update={"team_id": uuid4(), "name": "Gone", "ended": True})
    await referrals.keep(NORTH, gone)
    assert (await iris.queue())["teams"] == [{"team_id": str(NORTH.team_id), "name": "Northbrook"}]


async def pages(iris: Officer, **asked: Any) -> list[list[str]]:
    found, after = [], {}
    while True:
        page = await iris.queue(**asked, **after)
        found.append(references(page))
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


async def many(referrals: Referrals, iris: Officer) -> list[str]:
    """More than two pages, of every part."""
    made = [await sent(referrals, URGENCIES[n % 4], due_in_hours=n - 10) for n in range(2 * PAGE + 3)]
    for reference in made[::3]:
        await iris.did("acknowledge", reference)
    return made


async def test_its_pages_hold_each_referral_once_in_the_order_of_one_long_page(
    referrals: Referrals, iris: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await many(referrals, iris)
    found = await pages(iris)
    assert [len(page) for page in found] == [PAGE, PAGE, 3]
    assert sorted(chain(*found)) == sorted(made)
    monkeypatch.setattr("services.referrals.queue.commands.PAGE", 200)
    assert [list(chain(*found))] == await pages(iris)


async def test_what_becomes_overdue_between_two_pages_is_not_passed_over(referrals: Referrals, iris: Officer) -> None:
    made = [await sent(referrals, due_in_hours=1 + n) for n in range(PAGE + 2)]
    first = await iris.queue()
    async with referrals.transaction() as tx:
        tx.now += timedelta(hours=PAGE + 3)
        rest = await commands.read_queue(tx, iris.who, QueueFilter(), from_text(first["next"]))
    assert [*references(first), *(one.reference for one in rest.referrals)] == made


async def test_what_was_decided_is_listed_newest_first_in_pages(referrals: Referrals, iris: Officer) -> None:
    made = [await sent(referrals) for _ in range(PAGE + 2)]
    for reference in made:
        await iris.did("decide", reference)
    assert list(chain(*await pages(iris, standing="decided"))) == made[::-1]


@pytest.mark.parametrize(
    "asked",
    [{"after": "x"}, {"after": "AAAA"}, {"after": "A" * 44}, {"standing": "closed"}, {"team": "north"},
     {"nothing": "x"}, {"school": "x" * 201}, {"urgency": "0"}],
)  # fmt: skip
async def test_what_cannot_be_asked_is_told_so(referrals: Referrals, iris: Officer, asked: dict[str, str]) -> None:
    name, value = next(iter(asked.items()))
    response = await referrals.web.get(f"/queue?{name}={value}", iris.who)
    assert response.status_code == 422


async def test_a_mark_of_another_part_leads_past_the_end(referrals: Referrals, iris: Officer) -> None:
    for _ in range(PAGE + 1):
        await iris.did("acknowledge", await sent(referrals))
    mark = (await iris.queue())["next"]
    assert references(await iris.queue(standing="overdue", after=mark)) == []


async def test_a_mark_of_decided_ones_is_none_of_the_queues(referrals: Referrals, iris: Officer) -> None:
    for _ in range(PAGE + 1):
        await iris.did("decide", await sent(referrals))
    mark = (await iris.queue(standing="decided"))["next"]
    assert (await referrals.web.get(f"/queue?after={mark}", iris.who)).status_code == 422


async def test_reading_it_is_a_fact_with_the_children_that_were_shown(referrals: Referrals, iris: Officer) -> None:
    await sent(referrals)
    await sent(referrals)
    await iris.queue()
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["shown"]) == ("QueueRead", "shown", 2)
    assert (fact["actor"], fact["role"], fact["children"]) == (iris.id, "triage_officer", [str(MIRA.child_id)])


async def test_only_triage_officers_read_it(referrals: Referrals) -> None:
    for role in ("lead", "headteacher", "account_administrator", "data_protection_officer", "operator"):
        for path in ("/queue", "/officers"):
            assert (await referrals.web.get(path, caller(role))).status_code == 403


async def test_a_referral_of_yesterdays_page_has_the_urgency_of_its_gate(referrals: Referrals, iris: Officer) -> None:
    late = await sent(referrals)
    call = {**CALL, "called_at": datetime.now(UTC).isoformat()}
    told = await sent(referrals, urgency=None, gate="worker_told", **call)  # type: ignore[arg-type]
    first = await sent(referrals, urgency=None, gate="telephoned", **call)  # type: ignore[arg-type]
    page = await iris.queue()
    assert references(page) == [first, told, late]
    assert references(await iris.queue(urgency="significant")) == [first]
