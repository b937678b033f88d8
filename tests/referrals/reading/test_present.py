"""A referral is read as it was sent; what the council's records say of the child now is for the council's own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.clock import today
from shared.contracts.feed import EVER, Case, Team, Worker
from shared.contracts.identity import Account, School
from tests.referrals.world import (
    AWAY,
    CALLABLE,
    LONG_AGO,
    MIRA,
    NORTH,
    OTHER_SCHOOL,
    ROWAN,
    WORDS,
    Referrals,
    allocated,
    on_roll,
)
from tests.support.web import SCHOOL, caller

TODAY = today(datetime.now(UTC))
WRITTEN = {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}
RENAMED = {
    "given_name": "Zelda", "family_name": "Newname", "born": date(2013, 1, 2), "upn": "B801200005001",
}  # fmt: skip


@pytest.mark.parametrize(
    "now",
    [
        RENAMED,
        {**RENAMED, "rolls": ()},
        {**RENAMED, "restricted": True},
        {**RENAMED, "rolls": (on_roll(OTHER_SCHOOL),)},
    ],
    ids=["renamed", "left", "restricted", "moved"],
)
async def test_a_school_reads_what_it_wrote_and_nothing_of_the_present(
    referrals: Referrals, now: dict[str, Any]
) -> None:
    reference = (await referrals.made(child=WRITTEN))["reference"]
    await referrals.change(**now)
    told = await referrals.opened(reference, caller("lead"))
    assert (told["child_written"], told["concern"], told["child"]) == (WRITTEN, WORDS, None)
    assert told["records_as_of"] is told["records_current"] is None
    for secret in ("Zelda", "Newname", "2013-01-02", "B801200005001"):
        assert secret not in str(told)


async def test_the_council_reads_the_child_as_it_was_written_and_as_it_is_now(referrals: Referrals) -> None:
    reference = (await referrals.made(child=WRITTEN))["reference"]
    await referrals.change(**RENAMED)
    told = await referrals.opened(reference)
    assert told["child_written"] == WRITTEN
    now = {"given_name": "Zelda", "family_name": "Newname", "born": "2013-01-02", "upn": "B801200005001"}
    assert told["child"] == {**now, "restricted": False, "unreadable": [], "workers": []}
    assert told["records_current"] is True


async def test_the_council_reads_whether_the_case_system_has_it_and_a_school_does_not(referrals: Referrals) -> None:
    made = await referrals.made()
    has = "UPDATE transfer SET state = 'acknowledged', acknowledged_at = $1, source_number = 'CS-000012', late_at = $1"
    assert (await referrals.opened(made["reference"]))["in_case_system"]["state"] == "not_set_up"
    await referrals.clone.execute(has, datetime(2026, 11, 30, 12, 5, tzinfo=UTC))
    told = (await referrals.opened(made["reference"]))["in_case_system"]
    assert told == {"state": "acknowledged", "since": "2026-11-30T12:05:00Z", "late": False, "number": "CS-000012"}
    assert (await referrals.opened(made["reference"], caller("lead")))["in_case_system"] is None


async def test_where_there_is_no_case_system_what_waits_is_not_late(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    await referrals.clone.execute(
        "UPDATE transfer SET since = $1, late_at = $1", datetime(2026, 11, 30, 12, tzinfo=UTC)
    )
    told = (await referrals.opened(reference))["in_case_system"]
    assert told == {"state": "not_set_up", "since": "2026-11-30T12:00:00Z", "late": False, "number": None}


async def test_a_child_that_has_ended_since_is_read_as_it_was_written_only(
    referrals: Referrals,
) -> None:
    reference = (await referrals.made(child=WRITTEN))["reference"]
    await referrals.change(ended=True)
    told = await referrals.opened(reference)
    assert (told["child"], told["records_current"], told["child_written"]) == (None, True, WRITTEN)


async def test_without_the_child_in_the_request_what_the_page_showed_is_unknown(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    assert (await referrals.opened(reference, caller("lead")))["child_written"] is None


async def test_the_sender_and_the_school_are_named_as_they_were_then(referrals: Referrals) -> None:
    account = referrals.who.account
    await referrals.keep(Account(revision=1, account_id=account, name="Aisha Khan"))
    await referrals.keep(School(revision=1, urn=SCHOOL, name="Alder Primary"))
    reference = (await referrals.made())["reference"]
    await referrals.keep(Account(revision=2, account_id=account, name="Aisha Shaw"))
    await referrals.keep(School(revision=2, urn=SCHOOL, name="Alder Academy"))
    told = await referrals.opened(reference)
    assert (told["sender_name"], told["sender_role"], told["school_name"]) == ("Aisha Khan", "lead", "Alder Primary")


async def test_a_name_whose_state_had_not_come_then_is_told_as_it_is_now(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    assert (await referrals.opened(reference))["sender_name"] is None
    await referrals.keep(Account(revision=1, account_id=referrals.who.account, name="Aisha Khan"))
    await referrals.keep(School(revision=1, urn=SCHOOL, name="Alder Primary"))
    told = await referrals.opened(reference)
    assert (told["sender_name"], told["school_name"]) == ("Aisha Khan", "Alder Primary")


@pytest.mark.parametrize(
    ("child", "worker", "shown"),
    [
        ({"allocations": (allocated(),)}, {}, [CALLABLE]),
        ({"allocations": (allocated(), allocated(lead=False))}, {}, [CALLABLE]),
        ({"allocations": (allocated(),)}, {"absent_until": TODAY}, [AWAY]),
        ({"allocations": (allocated(),)}, {"left_on": TODAY}, [AWAY]),
        ({"allocations": (allocated(),)}, {"phone": None}, [AWAY]),
        ({"allocations": (allocated(),)}, {"doubtful": ("left_on",)}, [AWAY]),
        ({"allocations": (allocated(),)}, {"doubtful": ("absent_until",)}, [AWAY]),
        ({"allocations": (allocated(),)}, {"ended": True}, []),
        ({"allocations": (allocated(ends=TODAY),)}, {}, []),
        ({"allocations": (allocated(),), "cases": (Case(team_id=None, starts=LONG_AGO, ends=TODAY),)}, {}, []),
        ({"allocations": (allocated(),), "cases": (Case(team_id=None, starts=LONG_AGO),)}, {}, [CALLABLE]),
    ],
)
async def test_the_council_reads_who_works_with_the_child_today(
    referrals: Referrals, child: dict[str, Any], worker: dict[str, Any], shown: list[dict[str, Any]]
) -> None:
    reference = (await referrals.made())["reference"]
    await referrals.keep(NORTH, ROWAN.model_copy(update=worker))
    await referrals.change(**child)
    told = await referrals.opened(reference)
    assert told["child"]["workers"] == shown


async def test_an_allocated_worker_whose_state_has_not_come_is_told_without_a_name(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    await referrals.change(allocations=(allocated(),))
    assert [worker["name"] for worker in (await referrals.opened(reference))["child"]["workers"]] == [""]


@pytest.mark.parametrize(
    ("doubted", "shown"), [(ROWAN, AWAY), (NORTH, {**AWAY, "duty_phone": None})], ids=["worker", "team"]
)
async def test_after_a_newer_revision_was_set_aside_no_old_number_is_told(
    referrals: Referrals, doubted: Worker | Team, shown: dict[str, Any]
) -> None:
    reference = (await referrals.made())["reference"]
    away = ROWAN.model_copy(update={"absent_until": TODAY}) if doubted is NORTH else ROWAN
    await referrals.keep(NORTH, away)
    await referrals.change(allocations=(allocated(),))
    await referrals.doubt(doubted)
    assert (await referrals.opened(reference))["child"]["workers"] == [shown]
    await referrals.keep(NORTH, away)  # the same revision comes again
    again = await referrals.opened(reference)
    assert again["child"]["workers"] == [AWAY if doubted is NORTH else CALLABLE]


async def test_an_unreadable_role_is_not_told(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    await referrals.keep(NORTH, ROWAN.model_copy(update={"doubtful": ("role",)}))
    await referrals.change(allocations=(allocated(),))
    assert [worker["role"] for worker in (await referrals.opened(reference))["child"]["workers"]] == [""]


async def test_old_or_doubtful_records_are_not_told_as_current(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    as_of = await referrals.is_stale()
    told = await referrals.opened(reference)
    assert (told["records_current"], datetime.fromisoformat(told["records_as_of"])) == (False, as_of)
    await referrals.is_fresh()
    await referrals.doubt(MIRA)
    told = await referrals.opened(reference)
    assert (told["records_current"], told["records_as_of"]) == (False, None)


async def test_unreadable_parts_of_a_child_are_named_and_it_is_not_called_restricted(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    doubts = {"doubtful": ("born", "allocations"), "restricted": True, "restricted_in_doubt": True}
    await referrals.change(born=EVER, **doubts)
    told = (await referrals.opened(reference))["child"]
    assert (told["unreadable"], told["restricted"]) == (["born", "allocations"], False)


async def test_the_fact_of_a_reading_names_nobody(referrals: Referrals) -> None:
    reference = (await referrals.made(child=WRITTEN))["reference"]
    await referrals.change(**RENAMED)
    await referrals.opened(reference)
    assert not [word for word in ("Zelda", "Mira", WORDS) if word in str(await referrals.facts())]
