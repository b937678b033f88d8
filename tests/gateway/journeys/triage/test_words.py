"""What the officers' pages say: ages, numbers, steps of a history, and why something was not done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.calls.referrals import OpenedReferral
from services.gateway.journeys.triage import words
from shared.contracts.referrals.answers import Handled, HandlingStep
from tests.gateway.journeys.triage.test_triage import READ

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TOM = uuid4()


def step(act: str, **said: Any) -> HandlingStep:
    return HandlingStep(**{"at": NOW, "act": act, "by": TOM, "by_name": "Tom Okonjo", **said})


def referral(*steps: HandlingStep, **said: Any) -> OpenedReferral:
    handled = Handled(version=len(steps), standing="sent", steps=steps, **said)
    return OpenedReferral.model_validate({**READ, "handling": handled})


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(passed: timedelta, told: str) -> None:
    assert words.age(NOW - passed, NOW) == told


def test_a_number_that_was_not_counted_to_its_end_says_so() -> None:
    assert [words.count(number) for number in (0, 999, 1000)] == ["0", "999", "1000+"]


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (step("reassigned", to_name="Iris Vanterpool"), "Tom Okonjo gave this referral to Iris Vanterpool"),
        (step("decided", decision="early_help"), "Tom Okonjo decided: open early help"),
        (step("moved", by=None, to_team_name="Northbrook"),
         "The portal moved this referral to Northbrook, by who works with the child now"),
        (step("moved", by=None), "The portal moved this referral to the front door, by who works with the child now"),
        (step("taken", by_name=None), "Somebody whose name is not known here took this referral"),
        (step("something_new"), "Tom Okonjo did this: something new"),
    ],
)  # fmt: skip
def test_a_step_is_a_sentence(one: HandlingStep, told: str) -> None:
    assert f"{words.who(one)} {words.did(one)}" == told


def test_what_a_person_did_since_is_told_before_what_the_portal_did() -> None:
    taken, late = step("taken"), step("overdue", by=None)
    assert words.conflict(referral(taken, late), 0, NOW).startswith("Tom Okonjo took this referral, at 12:00 today.")
    assert words.conflict(referral(taken, late), 1, NOW).startswith("The portal noticed")


def test_whoever_has_it_is_named_though_nobody_did_anything_since() -> None:
    held = referral(step("taken"), taken_by=TOM, taken_by_name="Tom Okonjo")
    assert words.conflict(held, 1, NOW) == "Tom Okonjo has this referral. What you sent was not done"
    assert words.conflict(referral(), 0, NOW).startswith("This referral was changed")
