"""Sending a referral: kept once for each key, only for a child on the own roll; its fact has not a word of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from uuid import uuid4

import pytest

from services.referrals.making.domain.reference import ReferencesExhausted, tidy_reference
from services.referrals.making.domain.roll import NotOnRoll
from tests.referrals.world import MIRA, OTHER_SCHOOL, WORDS, Referrals, ask, body, child, on_roll
from tests.support.until import until
from tests.support.web import AGREEMENT, SCHOOL, caller

COUNT = "SELECT count(*) FROM referral"


async def test_a_referral_is_kept_and_its_reference_told(referrals: Referrals) -> None:
    told = await referrals.made(kind="update", urgency="not_urgent")
    assert tidy_reference(told["reference"]) == told["reference"]
    assert datetime.fromisoformat(told["due_at"]) > datetime.fromisoformat(told["made_at"])
    [kept] = await referrals.clone.rows("SELECT referral_id, school, made_by, agreement, concern FROM referral")
    assert kept["concern"] == WORDS
    assert (kept["school"], kept["made_by"], kept["agreement"]) == (SCHOOL, referrals.who.account, AGREEMENT)


async def test_its_fact_has_not_a_word_of_the_concern(referrals: Referrals) -> None:
    told = await referrals.made(family="Canary the brother", child_said="Canary said so")
    [fact] = await referrals.facts()
    assert (fact["type"], fact["outcome"], fact["kind"], fact["gate"]) == (
        "ReferralMade",
        "made",
        "concern",
        "not_urgent",
    )
    assert [fact[name] for name in ("referral_id", "reference", "due_at")] == [
        told[name] for name in ("referral_id", "reference", "due_at")
    ]
    assert (fact["actor"], fact["school"]) == (str(referrals.who.account), SCHOOL)
    assert fact["children"] == [str(MIRA.child_id)]
    assert "anary" not in str(fact)
    assert "960444" not in str(fact)


async def test_the_same_form_again_has_the_same_answer_and_no_second_fact(referrals: Referrals) -> None:
    key = uuid4()
    assert await referrals.made(key=key) == await referrals.made(key=key)
    assert len(await referrals.facts()) == await referrals.clone.value(COUNT) == 1


async def test_the_same_form_again_has_its_answer_though_the_child_has_left(referrals: Referrals) -> None:
    key = uuid4()
    first = await referrals.made(key=key)
    await referrals.keep(MIRA.model_copy(update={"revision": 2, "rolls": ()}))
    assert await referrals.made(key=key) == first


async def test_a_key_with_another_body_is_refused_and_the_refusal_recorded(referrals: Referrals) -> None:
    key = uuid4()
    await referrals.made(key=key)
    response = await referrals.send(key=key, concern="Something else that happened since.")
    assert (response.status_code, response.json()["type"]) == (422, "/problems/key-reused")
    assert [fact["outcome"] for fact in await referrals.facts()] == ["made", "key_reused"]
    assert await referrals.clone.value("SELECT concern FROM referral") == WORDS


async def test_a_key_from_another_acting_school_is_refused(referrals: Referrals) -> None:
    both = child(rolls=(on_roll(), on_roll(OTHER_SCHOOL)))
    await referrals.keep(both)
    key, elsewhere = uuid4(), caller("lead", OTHER_SCHOOL, account=referrals.who.account)
    await referrals.made(key=key, child_id=str(both.child_id))
    assert (await referrals.send(elsewhere, key, child_id=str(both.child_id))).status_code == 422


async def test_another_accounts_same_key_is_another_referral(referrals: Referrals) -> None:
    key = uuid4()
    first, second = await referrals.made(key=key), await referrals.made(key=key, who=caller("headteacher"))
    assert first["reference"] != second["reference"]


async def test_two_presses_at_once_are_one_referral(referrals: Referrals) -> None:
    key = uuid4()
    answers = await asyncio.gather(*(referrals.made(key=key) for _ in range(8)))
    assert len({answer["reference"] for answer in answers}) == 1
    assert len(await referrals.facts()) == await referrals.clone.value(COUNT) == 1


async def test_the_second_of_two_presses_waits_and_has_the_answer_of_the_first(referrals: Referrals) -> None:
    asked = ask()
    async with referrals.transaction() as second:
        async with referrals.transaction() as first:
            reference = await referrals.make(first, asked)
            waiting = asyncio.create_task(referrals.make(second, asked))
            await until(lambda: blocked(referrals))
        assert await waiting == reference
    assert len(await referrals.facts()) == 1


async def test_the_second_of_two_presses_is_made_if_the_first_rolls_back(referrals: Referrals) -> None:
    asked = ask()
    async with referrals.transaction() as second:
        with pytest.raises(ZeroDivisionError):
            async with referrals.transaction() as first:
                reference = await referrals.make(first, asked)
                waiting = asyncio.create_task(referrals.make(second, asked))
                await until(lambda: blocked(referrals))
                raise ZeroDivisionError
        assert await waiting != reference
    assert len(await referrals.facts()) == await referrals.clone.value(COUNT) == 1


async def blocked(referrals: Referrals) -> bool:
    waits = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = $1"
    return await referrals.clone.value(waits, referrals.clone.name) == 1


async def test_a_reference_that_is_taken_is_drawn_again(referrals: Referrals) -> None:
    async with referrals.transaction() as tx:
        taken = await referrals.make(tx, ask(), draw("AAAAAA"))
        other = await referrals.make(tx, ask(), draw("AAAAAA", "BBBBBB"))
    assert (taken[:7], other[:7]) == ("AAA-AAA", "BBB-BBB")
    assert len(await referrals.facts()) == 2


async def test_if_every_reference_that_is_drawn_is_taken_it_ends_in_an_error(referrals: Referrals) -> None:
    with pytest.raises(ReferencesExhausted):
        async with referrals.transaction() as tx:
            for _ in range(2):
                await referrals.make(tx, ask(), lambda _: "A")


def draw(*references: str) -> object:
    characters = chain(*references, repeat("C"))
    return lambda _: next(characters)


@pytest.mark.parametrize("who", [{"child_id": str(uuid4())}, {"rolls": OTHER_SCHOOL}], ids=["unknown", "elsewhere"])
async def test_an_unknown_child_and_another_schools_are_refused_in_the_same_words(
    referrals: Referrals, who: dict[str, str]
) -> None:
    elsewhere = child(rolls=(on_roll(OTHER_SCHOOL),))
    await referrals.keep(elsewhere)
    asked = who.get("child_id", str(elsewhere.child_id))
    response = await referrals.send(child_id=asked)
    assert (response.status_code, response.json()["type"]) == (403, "/problems/not-on-roll")
    assert response.json()["title"] == NotOnRoll.__doc__
    [fact] = await referrals.facts()
    assert (fact["type"], fact["outcome"], fact["children"]) == ("ReferralRefused", "not_on_roll", [asked])
    assert await referrals.clone.value(COUNT) == 0


async def test_a_roll_begins_and_ends_at_midnight_in_london(referrals: Referrals) -> None:
    stay = on_roll(starts=date(2026, 7, 1), ends=date(2026, 12, 1))
    await referrals.keep(MIRA.model_copy(update={"revision": 2, "rolls": (stay,)}))
    times = ["2026-06-30T22:59:59", "2026-06-30T23:00:00", "2026-11-30T23:59:59", "2026-12-01T00:00:00"]
    made = [await referrals.make_at(datetime.fromisoformat(now).replace(tzinfo=UTC)) for now in times]
    assert made == ["NotOnRoll", "made", "made", "NotOnRoll"]


@pytest.mark.parametrize(
    ("urgency", "gate"), [("immediate", "telephoned"), ("significant", "telephoned"), ("urgent", "worker_told")]
)
async def test_a_follow_up_of_a_call_keeps_the_urgency_and_when_and_which_number_was_called(
    referrals: Referrals, urgency: str, gate: str
) -> None:
    called_at = datetime.now(UTC) - timedelta(hours=2)
    await referrals.made(urgency=urgency, called_at=called_at.isoformat(), called_number="01632 960999")
    [kept] = await referrals.clone.rows("SELECT urgency, gate, called_at, called_number FROM referral")
    assert kept == {"urgency": urgency, "gate": gate, "called_at": called_at, "called_number": "01632 960999"}
    [fact] = await referrals.facts()
    assert (fact["urgency"], fact["gate"], fact["lowered_from"]) == (urgency, gate, None)


@pytest.mark.parametrize("days", [6, 30], ids=["this week", "since when the draft has lain"])
async def test_a_call_is_kept_though_it_is_not_urgent_now(referrals: Referrals, days: int) -> None:
    called_at = datetime.now(UTC) - timedelta(days=days)
    called = {"called_at": called_at.isoformat(), "called_number": "999"}
    await referrals.made(urgency="not_urgent", lowered_from="immediate", **called)
    [kept] = await referrals.clone.rows("SELECT urgency, lowered_from, called_at, called_number FROM referral")
    assert kept == {
        "urgency": "not_urgent", "lowered_from": "immediate", "called_at": called_at, "called_number": "999",
    }  # fmt: skip
    assert [fact["lowered_from"] for fact in await referrals.facts()] == ["immediate"]


async def test_an_answer_of_before_is_kept_only_if_it_was_more_urgent(referrals: Referrals) -> None:
    called = {"called_at": datetime.now(UTC).isoformat(), "called_number": "01632 960999"}
    await referrals.made(urgency="significant", lowered_from="urgent", **called)
    await referrals.made(lowered_from="not_urgent")
    assert await referrals.clone.rows("SELECT lowered_from FROM referral") == [{"lowered_from": None}] * 2


async def test_a_form_of_yesterdays_page_with_gate_and_no_urgency_is_taken(referrals: Referrals) -> None:
    await referrals.made(urgency=None, gate="not_urgent")
    assert await referrals.clone.rows("SELECT urgency, gate FROM referral") == [{"urgency": None, "gate": "not_urgent"}]


async def test_only_leads_and_headteachers_may_send(referrals: Referrals) -> None:
    for role in ("account_administrator", "triage_officer", "data_protection_officer", "operator"):
        assert (await referrals.send(caller(role))).status_code == 403
    assert await referrals.facts() == []


@pytest.mark.parametrize("when", ["BEFORE INSERT ON outbox", "CONSTRAINT"], ids=["insert", "commit"])
async def test_without_a_record_nothing_is_sent(referrals: Referrals, when: str) -> None:
    deferred = "AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED"
    kind, at = ("CONSTRAINT ", deferred) if when == "CONSTRAINT" else ("", when)
    await referrals.clone.execute(
        f"""CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
            CREATE {kind}TRIGGER breaks {at} FOR EACH ROW EXECUTE FUNCTION breaks();"""
    )
    response = await referrals.send()
    assert (response.status_code, response.json()["type"]) == (503, "/problems/no-record")
    assert await referrals.clone.value(COUNT) == 0


async def test_nothing_of_a_concern_is_in_a_log_line(referrals: Referrals, lines: object) -> None:
    await referrals.made()
    await referrals.send(child_id=str(uuid4()))
    await referrals.send(concern="Canary", urgency="Canary of an urgency")
    await referrals.web.post("/referrals", body(), referrals.who, idempotency_key="Canary of a key")
    await referrals.clone.execute("ALTER TABLE referral ADD CHECK (length(concern) < 10) NOT VALID")
    assert (await referrals.send()).status_code == 503
    said = lines.getvalue()  # type: ignore[attr-defined]
    assert '"status": "503"' in said
    assert not [word for word in ("anary", "bruises", "960444", "Aisha", "father") if word in said]
