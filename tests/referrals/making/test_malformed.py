"""A malformed referral is told what to mend; nothing is kept, recorded or echoed. What is pasted is tidied first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.clock import LONDON
from tests.referrals.world import Referrals, ask, body

NOW = datetime.now(UTC)
LATER = (NOW + timedelta(hours=1)).isoformat()
CALLED = {
    "urgency": "significant",
    "called_at": (NOW - timedelta(hours=1)).isoformat(),
    "called_number": "01632 960999",
}
NUMBER = "Enter a telephone number, like 01632 960100"
DAYS = "Enter a time in the last 7 days"


@pytest.mark.parametrize(
    ("said", "where", "why"),
    [
        ({**CALLED, "called_at": None}, "/called_at", "Enter when you called"),
        ({**CALLED, "called_at": LATER}, "/called_at", DAYS),
        ({**CALLED, "called_at": (NOW - timedelta(days=9)).isoformat()}, "/called_at", DAYS),
        ({**CALLED, "called_at": "1900-01-01T00:00:00Z"}, "/called_at", DAYS),
        ({**CALLED, "called_at": "0001-01-01T00:00:00+14:00"}, "/called_at", DAYS),
        ({**CALLED, "called_at": "9999-12-31T23:59:59-12:00"}, "/called_at", DAYS),
        ({**CALLED, "urgency": "not_urgent", "called_at": LATER}, "/called_at", DAYS),
        ({**CALLED, "urgency": "not_urgent", "called_at": "1900-01-01T00:00:00Z"}, "/called_at", DAYS),
        ({"called_number": "01632 960999"}, "/called_at", "Enter when you called"),
        ({**CALLED, "called_at": "2026-11-03T09:12:00"}, "/called_at", None),
        ({**CALLED, "called_at": 1396483200}, "/called_at", None),
        ({**CALLED, "called_number": " "}, "/called_number", "Enter which number you called"),
        ({**CALLED, "called_number": "\u200b"}, "/called_number", "Enter which number you called"),
        (
            {**CALLED, "called_number": "the canary team"},
            "/called_number",
            "Enter a telephone number, like 01632 960100",
        ),
        ({**CALLED, "called_number": "1" * 41}, "/called_number", None),
        ({**CALLED, "urgency": "urgent", "called_number": None}, "/called_number", "Enter which number you called"),
        ({"parents_know": False}, "/parents_reason", "Say why the parents do not know"),
        ({"parents_know": "perhaps"}, "/parents_know", None),
        ({"parents_know": 1}, "/parents_know", None),
        ({"concern": "Too short"}, "/concern", "Write 20 characters or more"),
        ({"concern": "a" + "\u200d" * 24 + "b"}, "/concern", "Write 20 characters or more"),
        ({"concern": " " * 30}, "/concern", "Enter what has happened"),
        ({"concern": "\u200b" * 25}, "/concern", "Enter what has happened"),
        ({"concern": "\u2800" * 25}, "/concern", "Enter what has happened"),
        ({"concern": "\u3164" * 25}, "/concern", "Enter what has happened"),
        ({"concern": "canary" * 700}, "/concern", None),
        ({"done_so_far": "canary" * 400}, "/done_so_far", None),
        ({"family": "canary" * 400}, "/family", None),
        ({"contact": "\u2060"}, "/contact", "Enter how we can reach you"),
        ({"parents_know": False, "parents_reason": "\ufeff"}, "/parents_reason", "Say why the parents do not know"),
        ({"urgency": None}, "/urgency", "Say if the child is in danger now"),
        ({"urgency": "canary"}, "/urgency", None),
        ({"gate": "immediate"}, "/gate", None),
        ({"lowered_from": "canary"}, "/lowered_from", None),
        ({"child": {"given_name": "canary", "family_name": "canary", "born": "31.2.2014"}}, "/child/born", None),
        ({"kind": "canary"}, "/kind", None),
        ({"child_id": "canary"}, "/child_id", "This must be a UUID"),
        ({"canary": 1}, "", "There is a field here that is not known"),
    ],
)
async def test_a_fault_is_told_with_its_field_and_its_sentence(
    referrals: Referrals, said: dict[str, Any], where: str, why: str | None
) -> None:
    response = await referrals.send(**said)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/malformed")
    errors = {each["where"]: each["why"] for each in response.json()["errors"]}
    assert where in errors
    assert why is None or errors[where] == why
    assert "canary" not in response.text
    assert await referrals.facts() == []
    assert await referrals.clone.value("SELECT count(*) FROM referral") == 0


@pytest.mark.parametrize("headers", [{}, {"idempotency_key": "canary"}])
async def test_a_key_is_required_and_is_a_uuid(referrals: Referrals, headers: dict[str, str]) -> None:
    response = await referrals.web.post("/referrals", body(), referrals.who, **headers)
    assert response.status_code == 422
    assert "canary" not in response.text


async def test_a_new_line_counts_as_one_character_as_the_browser_counts_it(referrals: Referrals) -> None:
    await referrals.made(concern="\r\n".join(["line"] * 800) + "!")
    assert await referrals.clone.value("SELECT length(concern) FROM referral") == 4000


async def send_raw(referrals: Referrals, text: str) -> httpx.Response:
    headers = {"idempotency-key": str(uuid4()), "content-type": "application/json"}
    headers |= referrals.web.bearer(referrals.who)
    return await referrals.web.client.post("/referrals", content=text, headers=headers)


@pytest.mark.parametrize("sign", ["x", "é", "語", "😟"])
async def test_every_field_at_its_full_length_fits_in_whatever_script(referrals: Referrals, sign: str) -> None:
    long = dict.fromkeys(("done_so_far", "parents_reason", "child_said", "family"), sign * 2000)
    whole = body(concern=sign * 4000, contact=sign * 200, parents_know=False, **long)
    response = await send_raw(referrals, json.dumps(whole))  # twelve bytes for an emoji: \ud83d\ude1f
    assert response.status_code == 201, response.text[:200]
    assert await referrals.clone.value("SELECT length(concern || family || contact) FROM referral") == 6200


async def test_control_characters_and_lone_surrogates_are_dropped_and_not_refused(referrals: Referrals) -> None:
    words = "He said \x00\x07it was\u202e \ud83dfine at home.\nAnd then nothing."
    shown = {"given_name": "Mira\x00", "family_name": "", "born": "0001-01-01"}
    response = await send_raw(referrals, json.dumps(body(concern=words, contact="Aisha\u200b Khan", child=shown)))
    assert response.status_code == 201, response.text
    [kept] = await referrals.clone.rows("SELECT concern, contact FROM referral")
    assert kept == {"concern": "He said it was fine at home.\nAnd then nothing.", "contact": "Aisha Khan"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01632\u00a0960\u2011999", "01632 960-999"),
        ("01632 960\u2013999 ext 12", "01632 960-999 ext 12"),
        ("101", "101"),
    ],
)
async def test_a_number_is_taken_however_it_was_pasted(referrals: Referrals, typed: str, kept: str) -> None:
    await referrals.made(**{**CALLED, "called_number": typed})
    assert await referrals.clone.value("SELECT called_number FROM referral") == kept


async def test_a_call_counts_from_the_first_minute_of_the_seventh_day_before(referrals: Referrals) -> None:
    midnight = datetime.now(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight.replace(tzinfo=None) - timedelta(days=7)
    await referrals.made(**{**CALLED, "called_at": first.replace(tzinfo=LONDON).isoformat()})
    early = (first - timedelta(minutes=1)).replace(tzinfo=LONDON)
    assert (await referrals.send(**{**CALLED, "called_at": early.isoformat()})).status_code == 422


async def test_the_same_form_again_has_its_answer_though_its_call_is_too_long_ago_by_now(referrals: Referrals) -> None:
    asked = ask(gate="telephoned", called_at=datetime.now(UTC), called_number="01632 960999")
    async with referrals.transaction() as tx:
        first = await referrals.make(tx, asked)
        tx.now += timedelta(days=8)
        assert await referrals.make(tx, asked) == first


async def test_a_body_over_the_bound_is_refused(referrals: Referrals) -> None:
    response = await referrals.send(concern="x" * 270_000)
    assert response.status_code == 413
