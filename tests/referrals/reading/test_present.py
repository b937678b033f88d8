"""A referral is read as it was sent; what the council's records say of the child now is for the council's own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.referrals.app import service
from shared.clock import today
from shared.contracts.feed import Allocation, Case, Child, Team, Worker
from shared.contracts.identity import Account, School
from tests.referrals.world import MIRA, OTHER_SCHOOL, WORDS, Referrals, body, on_roll
from tests.support.projecting import projectors
from tests.support.web import SCHOOL, caller

OFFICER = caller("triage_officer")
TODAY = today(datetime.now(UTC))
LONG_AGO = date(2020, 9, 1)
WRITTEN = {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}
NORTH = Team(revision=1, team_id=uuid4(), name="Northbrook", duty_phone="01632 960111", duty_hours="always")
ROWAN = Worker(
    revision=1, worker_id=uuid4(), name="Rowan Achterberg", role="social_worker", team_id=NORTH.team_id,
    phone="01632 960222",
)  # fmt: skip
RENAMED = {
    "given_name": "Zelda", "family_name": "Newname", "born": date(2013, 1, 2), "upn": "B801200005001",
}  # fmt: skip


def allocated(**said: Any) -> Allocation:
    return Allocation(**{"worker_id": ROWAN.worker_id, "lead": True, "starts": LONG_AGO, **said})


async def changed(referrals: Referrals, revision: int = 2, **said: Any) -> None:
    await referrals.keep(MIRA.model_copy(update={"revision": revision, **said}))


async def read(referrals: Referrals, reference: str, who: Any = OFFICER) -> dict[str, Any]:
    response = await referrals.read(reference, who)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


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
    await changed(referrals, **now)
    told = await read(referrals, reference, caller("lead"))
    assert (told["child_written"], told["concern"], told["child"]) == (WRITTEN, WORDS, None)
    assert told["records_as_of"] is told["records_current"] is None
    for secret in ("Zelda", "Newname", "2013-01-02", "B801200005001"):
        assert secret not in str(told)


async def test_the_council_reads_both_each_as_what_it_is(referrals: Referrals) -> None:
    reference = (await referrals.made(child=WRITTEN))["reference"]
    await changed(referrals, **RENAMED)
    told = await read(referrals, reference)
    assert told["child_written"] == WRITTEN
    now = {"given_name": "Zelda", "family_name": "Newname", "born": "2013-01-02", "upn": "B801200005001"}
    assert told["child"] == {**now, "restricted": False, "unreadable": [], "workers": []}
    assert told["records_current"] is True


async def test_a_child_that_the_records_have_no_more_is_none_of_theirs_and_still_as_it_was_written(
    referrals: Referrals,
) -> None:
    reference = (await referrals.made(child=WRITTEN))["reference"]
    await changed(referrals, ended=True)
    told = await read(referrals, reference)
    assert (told["child"], told["records_current"], told["child_written"]) == (None, True, WRITTEN)


async def test_a_page_that_did_not_say_what_it_showed_leaves_what_was_written_unknown(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    assert (await read(referrals, reference, caller("lead")))["child_written"] is None


async def test_who_sent_it_is_named_as_then_though_renamed_since(referrals: Referrals) -> None:
    account = referrals.who.account
    await referrals.keep(Account(revision=1, account_id=account, name="Aisha Khan"))
    await referrals.keep(School(revision=1, urn=SCHOOL, name="Alder Primary"))
    reference = (await referrals.made())["reference"]
    await referrals.keep(Account(revision=2, account_id=account, name="Aisha Shaw"))
    await referrals.keep(School(revision=2, urn=SCHOOL, name="Alder Academy"))
    told = await read(referrals, reference)
    assert (told["sender_name"], told["sender_role"], told["school_name"]) == ("Aisha Khan", "lead", "Alder Primary")


async def test_a_name_that_had_not_come_yet_is_told_when_it_has(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    assert (await read(referrals, reference))["sender_name"] is None
    await referrals.keep(Account(revision=1, account_id=referrals.who.account, name="Aisha Khan"))
    await referrals.keep(School(revision=1, urn=SCHOOL, name="Alder Primary"))
    told = await read(referrals, reference)
    assert (told["sender_name"], told["school_name"]) == ("Aisha Khan", "Alder Primary")


ROWANS = {"name": "Rowan Achterberg", "role": "social_worker", "lead": True, "team": "Northbrook"}
CALLABLE = {**ROWANS, "phone": "01632 960222", "duty_phone": None}
AWAY = {**ROWANS, "phone": None, "duty_phone": "01632 960111"}


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
    await changed(referrals, **child)
    told = await read(referrals, reference)
    assert told["child"]["workers"] == shown


async def test_a_worker_who_has_not_come_yet_is_somebody_and_not_nobody(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    await changed(referrals, allocations=(allocated(),))
    assert [worker["name"] for worker in (await read(referrals, reference))["child"]["workers"]] == [""]


@pytest.mark.parametrize(
    ("doubted", "shown"), [(ROWAN, AWAY), (NORTH, {**AWAY, "duty_phone": None})], ids=["worker", "team"]
)
async def test_nobody_is_sent_to_a_number_of_which_something_newer_could_not_be_kept(
    referrals: Referrals, doubted: Worker | Team, shown: dict[str, Any]
) -> None:
    reference = (await referrals.made())["reference"]
    away = ROWAN.model_copy(update={"absent_until": TODAY}) if doubted is NORTH else ROWAN
    await referrals.keep(NORTH, away)
    await changed(referrals, allocations=(allocated(),))
    doubt = projectors(service)[type(doubted)].doubt
    assert doubt
    async with referrals.transaction() as tx:
        await doubt(tx, [doubted.key])
    assert (await read(referrals, reference))["child"]["workers"] == [shown]
    await referrals.keep(NORTH, away)  # the same revision comes again
    again = await read(referrals, reference)
    assert again["child"]["workers"] == [AWAY if doubted is NORTH else CALLABLE]


async def test_a_role_that_cannot_be_read_is_not_told(referrals: Referrals) -> None:
    class Perhaps(Worker):
        doubtful: tuple[str, ...] = ("role",)  # type: ignore[assignment]

    reference = (await referrals.made())["reference"]
    await referrals.keep(NORTH, Perhaps(**{**ROWAN.model_dump(), "doubtful": ("role",)}))
    await changed(referrals, allocations=(allocated(),))
    assert [worker["role"] for worker in (await read(referrals, reference))["child"]["workers"]] == [""]


async def test_records_that_are_old_or_doubted_are_not_told_as_current(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    as_of = await referrals.is_stale()
    told = await read(referrals, reference)
    assert (told["records_current"], datetime.fromisoformat(told["records_as_of"])) == (False, as_of)
    await referrals.is_fresh()
    await referrals.clone.execute("UPDATE child SET doubtful = true")
    told = await read(referrals, reference)
    assert (told["records_current"], told["records_as_of"]) == (False, None)


BEFORE = """
    INSERT INTO referral (referral_id, reference, child_id, school, agreement, made_by, made_at, due_at,
                          idempotency_key, body_sha256, gate, called_at, called_number, kind, concern,
                          done_so_far, parents_know, contact)
    VALUES ($1, '111-111-1', $2, $3, NULL, $4, now(), now(), $5, $6, 'not_urgent', NULL, NULL, 'concern', $7,
            '', true, 'Aisha')
"""


async def sent_yesterday(referrals: Referrals, key: UUID, sha256: bytes) -> None:
    who = (SCHOOL, referrals.who.account, key, sha256, WORDS)
    await referrals.clone.execute(BEFORE, uuid4(), MIRA.child_id, *who)


async def test_a_referral_of_before_this_was_kept_is_read_with_what_is_known_of_it(referrals: Referrals) -> None:
    await sent_yesterday(referrals, uuid4(), b"")
    unknown = ("urgency", "lowered_from", "roll_as_of", "roll_current", "child_written", "sender_role")
    for who in (OFFICER, caller("lead")):
        told = await read(referrals, "111-111-1", who)
        assert [told[name] for name in unknown] == [None] * len(unknown)
        assert (told["gate"], told["concern"]) == ("not_urgent", WORDS)


async def test_a_form_that_was_sent_to_yesterdays_code_is_known_again(referrals: Referrals) -> None:

    key, school = uuid4(), SCHOOL
    hashed = (
        '{"called_at": null, "called_number": null, "child_id": "%s", "child_said": null, "concern": "%s",'
        ' "contact": "Aisha", "done_so_far": "", "family": null, "gate": "not_urgent", "kind": "concern",'
        ' "parents_know": true, "parents_reason": null, "school": "%s"}'
    )
    await sent_yesterday(referrals, key, sha256((hashed % (MIRA.child_id, WORDS, school)).encode()).digest())
    sent = {**body(), "gate": "not_urgent", "done_so_far": "", "contact": "Aisha"}
    del sent["urgency"]
    response = await referrals.web.post("/referrals", sent, referrals.who, idempotency_key=str(key))
    assert (response.status_code, response.json()["reference"]) == (201, "111-111-1")


YESTERDAY = """
    INSERT INTO child (child_id, given_name, family_name, born, upn, revision) VALUES ($1, 'Mira', 'Now', $2, NULL, 5)
    ON CONFLICT (child_id) DO UPDATE
       SET given_name = excluded.given_name, family_name = excluded.family_name, revision = excluded.revision
     WHERE child.revision < excluded.revision
"""


async def test_of_a_child_that_yesterdays_code_kept_no_worker_is_called_current(referrals: Referrals) -> None:
    reference = (await referrals.made())["reference"]
    await referrals.clone.execute(YESTERDAY, MIRA.child_id, MIRA.born)
    told = await read(referrals, reference)
    assert (told["child"]["family_name"], told["records_current"]) == ("Now", False)
    await referrals.keep(NORTH, ROWAN)
    await changed(referrals, 5, allocations=(allocated(),))
    told = await read(referrals, reference)
    assert (told["child"]["workers"], told["records_current"]) == ([CALLABLE], True)


async def test_what_of_a_child_cannot_be_read_is_named_and_it_is_not_called_restricted(referrals: Referrals) -> None:
    class Perhaps(Child):
        doubtful: tuple[str, ...] = ()  # type: ignore[assignment]
        restricted_in_doubt: bool = False

    reference = (await referrals.made())["reference"]
    said = {"revision": 2, "born": date(1, 1, 1), "doubtful": ("born", "allocations"), "restricted": True}
    await referrals.keep(Perhaps(**{**MIRA.model_dump(), **said, "restricted_in_doubt": True}))
    told = (await read(referrals, reference))["child"]
    assert (told["unreadable"], told["restricted"]) == (["born", "allocations"], False)


async def test_reading_is_a_fact_that_names_nobody(referrals: Referrals) -> None:
    reference = (await referrals.made(child=WRITTEN))["reference"]
    await changed(referrals, **RENAMED)
    await read(referrals, reference)
    assert not [word for word in ("Zelda", "Mira", WORDS) if word in str(await referrals.facts())]
