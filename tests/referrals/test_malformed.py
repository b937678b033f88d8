"""What cannot be sent: it is said what to mend, nothing is kept, nothing echoed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.referrals.scene import Referrals, body

CALLED = {"gate": "telephoned", "called_at": "2026-04-03T09:12:00+01:00", "called_number": "01632 960999"}
LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    ("said", "where", "why"),
    [
        ({**CALLED, "called_at": None}, "/called_at", "Enter when you called"),
        ({**CALLED, "called_at": LATER}, "/called_at", "The time of the call must be in the past"),
        ({**CALLED, "called_at": "2026-04-03T09:12:00"}, "/called_at", None),
        ({**CALLED, "called_at": 1396483200}, "/called_at", None),
        ({**CALLED, "called_number": " "}, "/called_number", "Enter which number you called"),
        ({**CALLED, "gate": "worker_told", "called_number": None}, "/called_number", "Enter which number you called"),
        ({"parents_know": False}, "/parents_reason", "Say why the parents do not know"),
        ({"parents_know": "perhaps"}, "/parents_know", None),
        ({"parents_know": 1}, "/parents_know", None),
        ({"concern": "Too short"}, "/concern", None),
        ({"concern": " " * 30}, "/concern", None),
        ({"concern": "canary" * 700}, "/concern", None),
        ({"done_so_far": "canary" * 400}, "/done_so_far", None),
        ({"family": "canary" * 400}, "/family", None),
        ({"contact": ""}, "/contact", None),
        ({"gate": "immediate"}, "/gate", None),
        ({"kind": "canary"}, "/kind", None),
        ({"child_id": "canary"}, "/child_id", "This must be a UUID"),
        ({"concern": "A canary with a NUL \x00 in it"}, "", "Text must not contain the NUL character"),
        ({"canary": 1}, "", "There is a field here that is not known"),
    ],
)
async def test_what_to_mend_is_said(referrals: Referrals, said: dict[str, Any], where: str, why: str | None) -> None:
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


async def test_a_body_over_the_bound_is_refused(referrals: Referrals) -> None:
    response = await referrals.send(concern="x" * 70_000)
    assert response.status_code == 413
