"""Referrals and children that yesterday's code kept, read by today's; what is unknown of them is told as unknown."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID, uuid4

from tests.referrals.world import CALLABLE, MIRA, NORTH, ROWAN, WORDS, Referrals, allocated, body
from tests.support.web import SCHOOL, caller

REFERRAL = """
    INSERT INTO referral (referral_id, reference, child_id, school, agreement, made_by, made_at, due_at,
                          idempotency_key, body_sha256, gate, called_at, called_number, kind, concern,
                          done_so_far, parents_know, contact)
    VALUES ($1, '111-111-1', $2, $3, NULL, $4, now(), now(), $5, $6, 'not_urgent', NULL, NULL, 'concern', $7,
            '', true, 'Aisha')
"""


async def sent_yesterday(referrals: Referrals, key: UUID, sha256: bytes) -> None:
    who = (SCHOOL, referrals.who.account, key, sha256, WORDS)
    await referrals.clone.execute(REFERRAL, uuid4(), MIRA.child_id, *who)


async def test_a_referral_that_yesterdays_code_kept_is_read_with_what_is_known_of_it(referrals: Referrals) -> None:
    await sent_yesterday(referrals, uuid4(), b"")
    unknown = ("urgency", "lowered_from", "roll_as_of", "roll_current", "child_written", "sender_role")
    for who in (caller("triage_officer"), caller("lead")):
        told = await referrals.opened("111-111-1", who)
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


CHILD = """
    INSERT INTO child (child_id, given_name, family_name, born, upn, revision) VALUES ($1, 'Mira', 'Now', $2, NULL, 5)
    ON CONFLICT (child_id) DO UPDATE
       SET given_name = excluded.given_name, family_name = excluded.family_name, revision = excluded.revision
     WHERE child.revision < excluded.revision
"""


async def test_of_a_child_that_yesterdays_code_kept_the_records_are_not_current_until_it_comes_again(
    referrals: Referrals,
) -> None:
    reference = (await referrals.made())["reference"]
    await referrals.clone.execute(CHILD, MIRA.child_id, MIRA.born)
    told = await referrals.opened(reference)
    assert (told["child"]["family_name"], told["records_current"]) == ("Now", False)
    await referrals.keep(NORTH, ROWAN)
    await referrals.change(5, allocations=(allocated(),))
    told = await referrals.opened(reference)
    assert (told["child"]["workers"], told["records_current"]) == ([CALLABLE], True)
