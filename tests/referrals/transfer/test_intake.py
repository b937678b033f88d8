"""Into the demo council's intake table: once, whole, acknowledged by its number, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import pytest
from pydantic import SecretStr

from deploy.operate import databases
from services.referrals.transfer import commands
from services.referrals.transfer.domain import pause
from tests.referrals.transfer.world import OnItsWay, settings
from tests.referrals.world import MIRA, WORDS
from tests.support.until import until

TAKEN_AT_ONCE = "UPDATE intake SET received_at = received_at - interval '1 minute'"


async def of_source(source: str, sql: str) -> list[dict[str, object]]:
    async with databases.connected(source) as connection:
        return [dict(row) for row in await connection.fetch(sql)]


async def test_it_is_there_once_with_all_that_was_sent_and_the_pdf(into_intake: OnItsWay, source: str) -> None:
    reference = await into_intake.made()
    await into_intake.work()
    [row] = await of_source(source, "SELECT * FROM intake")
    payload = json.loads(str(row["payload"]))
    assert (row["reference"], payload["reference"], payload["concern"]) == (reference, reference, WORDS)
    assert payload["child"] == {
        "given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03", "upn": None,
        "child_id": str(MIRA.child_id),
    }  # fmt: skip
    assert bytes(row["pdf"]).startswith(b"%PDF-")  # type: ignore[call-overload]
    assert payload["receipt"]["size"] == len(row["pdf"])  # type: ignore[arg-type]


async def test_nothing_is_done_until_the_source_has_given_its_number(into_intake: OnItsWay, source: str) -> None:
    await into_intake.made()
    row = await into_intake.round()
    assert (row["state"], row["source_number"], row["acknowledged_at"]) == ("sent", None, None)
    assert await into_intake.kinds("TransferAcknowledged") == []
    await of_source(source, TAKEN_AT_ONCE)
    row = await into_intake.round()
    assert (row["state"], row["source_number"]) == ("acknowledged", "CS-000001")
    [fact] = await into_intake.kinds("TransferAcknowledged")
    assert (fact["source_number"], fact["actor"], fact["children"]) == ("CS-000001", None, [str(MIRA.child_id)])
    assert WORDS not in str(await into_intake.referrals.facts())


async def test_a_number_that_never_comes_is_late_once_and_asked_for_on_and_on(
    into_intake: OnItsWay, source: str
) -> None:
    reference = await into_intake.made()
    await into_intake.work()
    await of_source(source, "UPDATE intake SET held = true, received_at = received_at - interval '1 hour'")
    for _ in range(12):
        assert (await into_intake.round())["state"] == "sent"
        await into_intake.notice(timedelta(minutes=16))
    assert [fact["reference"] for fact in await into_intake.kinds("TransferLate")] == [reference]
    assert await of_source(source, "SELECT count(*) AS n FROM intake") == [{"n": 1}]
    await of_source(source, "UPDATE intake SET held = false")
    assert (await into_intake.round())["source_number"] == "CS-000001"
    assert (await into_intake.listed())["count"] == 0


async def test_that_it_leaves_the_portal_is_recorded_before_it_does(
    into_intake: OnItsWay, monkeypatch: pytest.MonkeyPatch
) -> None:
    await into_intake.made()

    class Died(BaseException):
        """The process is gone before it hands anything over."""

    async def dies(*_: object) -> None:
        raise Died

    monkeypatch.setattr(commands, "_attempt", dies)
    with pytest.raises(BaseExceptionGroup):
        await into_intake.work()
    assert len(await into_intake.kinds("TransferBegun")) == 1


async def test_a_worker_that_dies_before_it_notes_what_it_did_leaves_one_referral(
    into_intake: OnItsWay, source: str
) -> None:
    """It is as if it had never been noted: handed over again, it is the same one."""
    await into_intake.made()
    await into_intake.work()
    await into_intake.referrals.clone.execute("UPDATE transfer SET state = 'waiting', sent_at = NULL")
    await into_intake.round()
    assert await of_source(source, "SELECT count(*) AS n FROM intake") == [{"n": 1}]
    assert len(await into_intake.kinds("TransferBegun")) == 1


async def test_a_referral_that_the_source_has_lost_is_handed_over_again(into_intake: OnItsWay, source: str) -> None:
    await into_intake.made()
    await into_intake.work()
    await of_source(source, "DELETE FROM intake")
    assert (await into_intake.round())["state"] == "waiting"
    assert (await into_intake.round())["state"] == "sent"
    assert await of_source(source, "SELECT count(*) AS n FROM intake") == [{"n": 1}]


async def test_a_source_that_is_away_is_tried_again_with_growing_pauses(into_intake: OnItsWay) -> None:
    gone = settings(transfer="intake", transfer_intake_url=SecretStr("postgresql://nobody@127.0.0.1:9/nothing"))
    here, into_intake.settings = into_intake.settings, gone
    await into_intake.made()
    pauses = []
    for _ in range(4):
        row = await into_intake.round()
        pauses.append((await _until_next(into_intake)) // 1)
        assert (row["state"], row["trouble"]) == ("waiting", "away")
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    into_intake.settings = here
    assert (await into_intake.round())["state"] == "sent"
    assert (
        await _until_next(into_intake) <= pauses[0] + 1
    )  # its number is asked for soon, however long the source was away


async def _until_next(way: OnItsWay) -> float:
    found = await way.referrals.clone.value("SELECT extract(epoch FROM next_at - now()) FROM transfer")
    return float(str(found))


async def test_the_role_that_hands_over_can_read_nothing_of_what_it_has_handed_over(into_intake: OnItsWay) -> None:
    async with databases.connected(into_intake.settings.transfer_intake_url.get_secret_value()) as connection:
        for sql in ("SELECT payload FROM intake", "SELECT content FROM intake_file", "DELETE FROM intake"):
            with pytest.raises(Exception, match="permission denied"):
                await connection.fetch(sql)
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute("INSERT INTO intake (reference, payload, pdf, held) VALUES ('x', '{}', '', true)")


WAIT = """
SELECT count(*) FROM pg_locks
 WHERE NOT granted AND relation = 'transfer'::regclass AND database = (SELECT oid FROM pg_database
                                                                        WHERE datname = current_database())
"""
"""How many wait for the table."""


async def test_two_workers_at_once_hand_each_over_once(into_intake: OnItsWay, source: str) -> None:
    for _ in range(6):
        await into_intake.made()
    began = time.monotonic()
    async with databases.connected(into_intake.referrals.clone.owner_dsn) as held, held.transaction():
        await held.execute("LOCK TABLE transfer IN EXCLUSIVE MODE")
        both = asyncio.gather(into_intake.work(), into_intake.work())
        await until(lambda: into_intake.referrals.clone.value(WAIT), lambda count: count == 2)
    await both
    slow = time.monotonic() - began >= pause(1).total_seconds()  # then the later asked for a number that was due
    assert await of_source(source, "SELECT count(*) AS n FROM intake") == [{"n": 6}]
    rows = await into_intake.referrals.clone.rows("SELECT attempts, state FROM transfer")
    assert {(row["attempts"], row["state"]) for row in rows} <= {(1, "sent"), *([(2, "acknowledged")] if slow else [])}
