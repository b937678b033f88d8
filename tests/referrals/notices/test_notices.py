"""Whoever is to know is told by e-mail, and nobody else; nothing about a child is in it, and none is lost."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Step
from services.referrals.metrics import metrics
from services.referrals.notices.domain.notice import pause
from services.referrals.overdue.commands import notice_overdue
from shared.contracts import referrals as contract
from shared.contracts.identity import School
from tests.referrals.notices.conftest import AISHA, ELSEWHERE, LIVE, NADIA, OTTO, Post
from tests.referrals.world import MIRA, WORDS
from tests.support.web import SCHOOL

FACTS: dict[str, type[contract.ReferralAcknowledged]] = {
    "acknowledged": contract.ReferralAcknowledged,
    "overdue": contract.ReferralOverdue,  # type: ignore[dict-item]
    "asked": contract.SchoolAsked,  # type: ignore[dict-item]
    "answered": contract.QuestionAnswered,  # type: ignore[dict-item]
}


async def happens(post: Post, referral_id: UUID, act: str, **more: Any) -> None:
    """The fact of an act, as whoever does it emits it."""
    kind = contract.ReferralDecided if act == "decided" else FACTS[act]
    reference = await post.referrals.clone.value("SELECT reference FROM referral WHERE referral_id = $1", referral_id)
    said = {"actor": NADIA.account_id, "outcome": act, "referral_id": referral_id, "reference": reference, **more}
    async with post.transaction() as tx:
        await tx.emit(kind(**said))


async def forget(post: Post) -> None:
    await post.referrals.clone.execute("DELETE FROM outbox")


async def test_every_officer_is_told_of_a_new_referral_and_nobody_else(post: Post) -> None:
    await post.made()
    await post.hear()
    await post.tell()
    assert post.sink.to == ["nadia", "otto"]
    await post.later()
    await post.tell()
    assert post.sink.to == ["nadia", "otto"]


async def test_the_officers_mailbox_is_told_instead_where_there_is_one(post: Post) -> None:
    await post.made()
    await post.hear()
    await post.tell(triage_mailbox="hub@example.org")
    assert post.sink.to == ["hub"]


@pytest.mark.parametrize(
    ("act", "more", "subject"),
    [
        ("acknowledged", {}, "received"),
        ("asked", {}, "a question for your school"),
        ("decided", {"decision": "early_help"}, "decided"),
        ("overdue", {"due_at": datetime.now(UTC)}, "not acknowledged in time"),
    ],
)
async def test_the_sender_is_told_what_the_council_does(post: Post, act: str, more: Any, subject: str) -> None:
    referral_id = await post.made()
    await forget(post)
    await happens(post, referral_id, act, **more)
    await post.hear()
    await post.tell()
    [one] = post.sink.taken
    reference = one.message["Subject"].partition(":")[0]
    assert (one.to, one.message["Subject"]) == (AISHA.email, f"{reference}: {subject}")
    assert f"https://portal.example.org/sent/{reference}" in one.text
    fact = (await post.referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["about"], fact["to_account"]) == (
        "NoticeSent", "told", act, str(AISHA.account_id),
    )  # fmt: skip
    assert fact["children"] == [str(MIRA.child_id)]


GONE = [
    AISHA.model_copy(update={"revision": 2, "roles": ()}),
    AISHA.model_copy(update={"revision": 2, "roles": ELSEWHERE.roles}),
    AISHA.model_copy(update={"revision": 2, "disabled_at": datetime.now(UTC)}),
]


@pytest.mark.parametrize("gone", GONE, ids=["no role", "at another school", "disabled"])
async def test_a_sender_who_has_left_is_told_nothing_and_the_schools_others_are(post: Post, gone: Any) -> None:
    """As access stands when it is sent, not when it happened."""
    referral_id = await post.made()
    await forget(post)
    await happens(post, referral_id, "acknowledged")
    await post.hear()
    await post.know(gone)
    await post.tell()
    assert post.sink.to == ["ben", "helen"]


@pytest.mark.parametrize("changed", [{"status": "suspended"}, {"agreement": None}])
async def test_a_school_that_nobody_may_act_for_is_told_nothing_until_it_may_again(post: Post, changed: Any) -> None:
    referral_id = await post.made()
    await forget(post)
    await happens(post, referral_id, "acknowledged")
    await post.hear()
    await post.know(school=School(**{**LIVE.model_dump(), **changed, "revision": 2}))
    await post.tell()
    assert post.sink.to == []
    await post.know(school=LIVE.model_copy(update={"revision": 3}))
    await post.later()
    await post.tell()
    assert post.sink.to == ["aisha"]


async def test_an_answer_is_told_to_the_officer_who_has_it_else_to_all(post: Post) -> None:
    referral_id = await post.made()
    await forget(post)
    async with post.transaction() as tx:
        stands = await handling.locked(tx, referral_id)
        assert stands
        changes: Any = {"taken_by": OTTO.account_id, "taken_at": tx.now}
        await handling.act(tx, stands, Step("taken", OTTO.account_id), **changes)
    await happens(post, referral_id, "answered")
    await post.hear()
    await post.tell()
    assert post.sink.to == ["otto"]
    await post.know(OTTO.model_copy(update={"revision": 2, "roles": ()}))
    await happens(post, referral_id, "answered")
    await post.hear()
    await post.tell()
    assert post.sink.to == ["nadia", "otto"]


async def test_no_message_names_a_child_a_school_or_a_word(post: Post) -> None:
    referral_id = await post.made()
    for act in ("acknowledged", "asked", "answered"):
        await happens(post, referral_id, act)
    await happens(post, referral_id, "decided", decision="assessment")
    await post.hear()
    await post.tell()
    assert len(post.sink.taken) == 7
    for one in post.sink.taken:
        raw = one.message.as_string()
        for secret in (MIRA.given_name, MIRA.family_name, str(MIRA.child_id), SCHOOL, "Mossgate", WORDS, "Aisha Khan"):
            assert secret not in raw
        html = one.message.get_body(("html",))
        assert html
        assert "call 999" in one.text
        assert html.get_content().count("<a href=") == 1
        assert one.message["Auto-Submitted"] == "auto-generated"


async def test_a_fact_that_comes_again_is_told_once(post: Post) -> None:
    await post.made()
    await post.hear(times=3)
    await post.tell()
    assert post.sink.to == ["nadia", "otto"]


async def test_what_happened_long_ago_is_told_to_nobody(post: Post) -> None:
    await post.made()
    old = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    await post.referrals.clone.execute(
        "UPDATE outbox SET headers = headers || jsonb_build_object('ce_time', $1::text)", old
    )
    await post.hear()
    assert await post.referrals.clone.value("SELECT count(*) FROM notice") == 0


async def test_while_the_mail_server_is_away_all_waits_and_is_sent_when_it_is_back(post: Post) -> None:
    await post.made()
    await post.hear()
    await post.sink.close()
    await post.tell()
    await post.tell()
    assert await post.referrals.clone.value("SELECT attempts FROM notice") in (0, 1)
    await post.sink.open()
    await post.later()
    await post.tell()
    assert post.sink.to == ["nadia", "otto"]


async def test_a_connection_lost_in_the_middle_loses_nothing_and_a_copy_has_the_same_message_id(post: Post) -> None:
    await post.made()
    await post.hear()
    post.sink.drops = 1
    await post.tell()
    await post.later()
    await post.tell()
    ids = [one.message["Message-ID"] for one in post.sink.taken]
    assert post.sink.to in (["nadia", "nadia", "otto"], ["nadia", "otto", "otto"])
    assert len(set(ids)) == 2


async def test_one_address_that_is_refused_keeps_nobody_else_from_being_told(post: Post, lines: io.StringIO) -> None:
    post.sink.refuses = {str(NADIA.email)}
    await post.made()
    await post.hear()
    await post.tell()
    assert post.sink.to == ["otto"]
    assert "nadia@" not in lines.getvalue()
    assert "550" in lines.getvalue()
    post.sink.refuses = set()
    await post.later()
    await post.tell()
    assert post.sink.to == ["nadia", "otto"]


async def test_what_could_not_be_told_for_a_week_is_given_up_and_on_record(post: Post) -> None:
    post.sink.refuses = {str(NADIA.email)}
    await post.made()
    await post.hear()
    await post.referrals.clone.execute("UPDATE notice SET made_at = made_at - interval '8 days'")
    await post.tell()
    assert (await post.referrals.facts())[-1]["outcome"] == "given_up"
    await post.later()
    await post.tell()
    assert post.sink.to == ["otto"]
    assert metrics.notices_waiting._value.get() == 0


async def test_without_a_mail_server_all_is_kept_and_a_metric_says_so(post: Post) -> None:
    await post.made()
    await post.hear()
    await post.tell(smtp_host=None)
    assert (metrics.notices_off._value.get(), metrics.notices_waiting._value.get()) == (1, 1)
    await post.tell()
    assert (metrics.notices_off._value.get(), metrics.notices_waiting._value.get()) == (0, 0)
    assert post.sink.to == ["nadia", "otto"]


@pytest.mark.parametrize(
    "address", ["nobody", "a@b\r\nBcc: eve@example.org", "zoë@example.org", "@", "a b@example.org"]
)
async def test_an_address_that_is_none_stops_nothing_and_adds_no_header(post: Post, address: str) -> None:
    await post.know(NADIA.model_copy(update={"revision": 2, "email": address}))
    await post.made()
    await post.hear()
    await post.tell()
    assert "otto" in post.sink.to
    assert not any(one.message["Bcc"] for one in post.sink.taken)


def test_pauses_grow_to_an_hour() -> None:
    seconds = [pause(attempts).total_seconds() for attempts in range(1, 8)]
    assert seconds == [30, 120, 480, 1920, 3600, 3600, 3600]
    assert pause(10_000) == timedelta(hours=1)


async def test_a_school_is_told_that_nobody_has_acknowledged_in_time(post: Post) -> None:
    referral_id = await post.made()
    await forget(post)
    await post.referrals.clone.execute(
        "UPDATE handling SET due_at = now() - interval '1 second' WHERE referral_id = $1", referral_id
    )
    await notice_overdue(post.referrals.clone.db, post.settings)
    await post.hear()
    await post.tell()
    [one] = post.sink.taken
    assert one.to == AISHA.email
    assert one.message["Subject"].endswith(": not acknowledged in time")
    assert "The page says whom to call" in one.text
