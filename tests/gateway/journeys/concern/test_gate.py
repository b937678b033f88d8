"""The gate: what is urgent is telephoned first, its answer is kept as it was given, and so is the call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from services.gateway import words
from tests.gateway.world import CHILD, DUTY, ON_PAGES, WRITTEN, Neighbours, Reader
from tests.referrals.world import Referrals

NOW = datetime.now(UTC).astimezone(words.LONDON)
CALL = {
    "called_day": str(NOW.day), "called_month": str(NOW.month), "called_year": str(NOW.year),
    "called_time": f"{NOW:%H:%M}", "called_number": "01632 960 100",
}  # fmt: skip
OPEN_CASE = {"outcome": "found", "child": CHILD, "workers": [], "duty": DUTY}


async def danger(writer: Reader, urgency: str) -> None:
    await writer.send(f"{writer.draft}/danger", danger=urgency)


async def follow_up(writer: Reader, urgency: str) -> None:
    """Up to the check of a concern that was telephoned first."""
    await writer.begin()
    await danger(writer, urgency)
    await writer.open(f"{writer.draft}/called")
    await writer.send(f"{writer.draft}/called", **CALL)
    await writer.write_all()


async def sent(writer: Reader, referrals: Referrals) -> dict[str, Any]:
    await writer.send(f"{writer.draft}/check", confirm="yes")
    assert writer.text.startswith("Sent")
    [row] = await referrals.clone.rows("SELECT urgency, lowered_from, called_at, called_number FROM referral")
    return dict(row)


@pytest.mark.parametrize("urgency", ["immediate", "significant", "urgent"])
async def test_the_gates_answer_is_kept_and_shown_on_the_check_and_the_confirmation(
    writer: Reader, referrals: Referrals, urgency: str
) -> None:
    await follow_up(writer, urgency)
    said = f"How urgent {words.URGENCY[urgency]}"
    assert said in writer.text
    row = await sent(writer, referrals)
    assert said in writer.text
    assert "01632 960 100" in writer.text
    assert (row["urgency"], row["lowered_from"], row["called_number"]) == (urgency, None, "01632 960 100")
    assert row["called_at"] <= datetime.now(UTC)


async def test_a_lower_answer_is_asked_for_again_and_the_call_stays(writer: Reader, referrals: Referrals) -> None:
    await follow_up(writer, "immediate")
    await danger(writer, "not_urgent")
    assert "You said before In immediate danger You say now Not urgent" in writer.text
    await writer.send(f"{writer.draft}/less-urgent/not_urgent")
    assert writer.faults == ["Choose if it is less urgent now"]
    await writer.send(f"{writer.draft}/less-urgent/not_urgent", sure="yes")
    assert writer.step == "check"
    assert "How urgent Not urgent (you said before: in immediate danger)" in writer.text
    assert "to 01632 960 100" in writer.text
    row = await sent(writer, referrals)
    assert (row["urgency"], row["lowered_from"], row["called_number"]) == ("not_urgent", "immediate", "01632 960 100")


async def test_who_is_not_sure_that_it_is_less_urgent_is_sent_to_the_telephone_again(writer: Reader) -> None:
    await writer.begin()
    await danger(writer, "immediate")
    await danger(writer, "urgent")
    await writer.send(f"{writer.draft}/less-urgent/urgent", sure="no")
    assert "Call 999 now" in writer.text


async def test_an_answer_that_goes_down_and_up_again_was_not_lowered(writer: Reader, referrals: Referrals) -> None:
    await follow_up(writer, "significant")
    await writer.send(f"{writer.draft}/less-urgent/not_urgent", sure="yes")
    await danger(writer, "significant")
    assert writer.step == "call"
    await writer.open(f"{writer.draft}/check")
    row = await sent(writer, referrals)
    assert (row["urgency"], row["lowered_from"]) == ("significant", None)


@pytest.mark.parametrize(("urgency", "step"), [("", "danger"), ("significant", "call"), ("immediate", "call")])
async def test_nobody_writes_what_is_urgent_before_the_call(writer: Reader, urgency: str, step: str) -> None:
    await writer.begin()
    if urgency:
        await danger(writer, urgency)
    draft = writer.draft
    for path in (draft, *(f"{draft}/{page}" for page in (*ON_PAGES, "check"))):
        await writer.open(path)
        assert writer.step == step, path
    await writer.open(f"{draft}/danger")
    await writer.write("what-has-happened", concern=WRITTEN["concern"])
    assert writer.step == step
    await writer.open(f"{draft}/danger")
    await writer.send(f"{draft}/check", confirm="yes")
    assert writer.step == step


async def test_a_call_that_is_too_long_ago_by_now_is_asked_for_again(writer: Reader, referrals: Referrals) -> None:
    await follow_up(writer, "significant")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        await writer.open(f"{writer.draft}/check")
        assert "Call the" in writer.text
        await writer.open(f"{writer.draft}/called")
        assert 'value="01632 960 100"' in (writer.page.text if writer.page else "")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"called_day": ""}, "The day you called must include a day"),
        ({"called_year": "1926"}, "The day you called must be in the last 7 days"),
        ({"called_year": "2126"}, "The day you called must have a year from 1900 to 2100"),
        ({"called_time": "half past"}, "Enter the time that you called, like 2:30pm or 14:30"),
        ({"called_number": "the team"}, "Enter the number that you called, like 01234 567890"),
        ({"called_number": ""}, "Enter the number that you called, like 01234 567890"),
    ],
)
async def test_what_is_missing_or_wrong_of_the_call_is_asked_for_and_the_rest_comes_back(
    writer: Reader, changed: dict[str, str], why: str
) -> None:
    await writer.begin()
    await danger(writer, "significant")
    await writer.open(f"{writer.draft}/called")
    await writer.send(f"{writer.draft}/called", **{**CALL, **changed})
    assert writer.faults == [why]
    page = writer.page.text if writer.page else ""
    for name, value in {**CALL, **changed}.items():
        assert not value or f'value="{value}"' in page, name


TEN_WAYS = (
    "01632 960100", "01632960100", "(01632) 960100", "01632-960-100", "+44 1632 960100", "+441632960100",
    "0044 1632 960100", "+44 (0)1632 960100", "01632 960100 ext 12", "01632\u00a0960\u2011100", "101",
)  # fmt: skip


@pytest.mark.parametrize("number", TEN_WAYS)
async def test_a_number_is_taken_in_any_usual_way(writer: Reader, number: str) -> None:
    await writer.begin()
    await danger(writer, "significant")
    await writer.open(f"{writer.draft}/called")
    await writer.send(f"{writer.draft}/called", **{**CALL, "called_number": number})
    assert writer.step == "kind"


async def test_back_from_the_call_keeps_it_and_loses_nothing_that_cannot_be_read(writer: Reader) -> None:
    await writer.begin()
    await danger(writer, "significant")
    await writer.open(f"{writer.draft}/called")
    await writer.send(f"{writer.draft}/called", to="back")
    assert writer.step == "call"
    await writer.open(f"{writer.draft}/called")
    await writer.send(f"{writer.draft}/called", to="back", **{**CALL, "called_time": "half past"})
    assert 'value="half past"' in (writer.page.text if writer.page else "")
    await writer.send(f"{writer.draft}/called", to="back", **CALL)
    assert writer.step == "call"
    await writer.open(f"{writer.draft}/called")
    assert 'value="01632 960 100"' in (writer.page.text if writer.page else "")


async def test_a_call_that_referrals_refuses_is_mended_on_its_own_page(writer: Reader, neighbours: Neighbours) -> None:
    await writer.begin()
    await danger(writer, "significant")
    await writer.open(f"{writer.draft}/called")
    why = "Enter a time in the last 7 days"
    wrong = {"type": "/problems/malformed", "errors": [{"where": "/called_at", "why": why}]}
    neighbours.refusal = ("PUT .*/answers", 422, wrong)
    await writer.send(f"{writer.draft}/called", **CALL)
    assert writer.faults == [why]
    assert 'value="01632 960 100"' in (writer.page.text if writer.page else "")


async def test_an_urgent_open_case_without_a_worker_has_its_duty_line_to_call(
    writer: Reader, neighbours: Neighbours
) -> None:
    neighbours.answer = dict(OPEN_CASE)
    with time_machine.travel("2026-11-30T10:00:00Z", tick=False):
        await writer.begin()
        assert "It is urgent, and they have an open case" in writer.text
        await danger(writer, "urgent")
    assert "Call the duty line" in writer.text
    assert writer.text.index("East team duty line 01632 960 300") < writer.text.index("01632 960 100")


async def test_who_is_nobodys_case_has_no_worker_and_no_duty_line_to_call(
    writer: Reader, neighbours: Neighbours
) -> None:
    neighbours.answer = {"outcome": "no_open_case", "child": CHILD}
    await writer.begin()
    assert "It is urgent" not in writer.text
    await danger(writer, "urgent")
    assert writer.faults == ["Choose if the child is in danger now"]


async def test_the_numbers_of_an_answer_are_given_for_half_a_day_only(writer: Reader) -> None:
    await writer.begin()
    await danger(writer, "urgent")
    assert "07700 900101" in writer.text
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=13)):
        await writer.open(f"{writer.draft}/call")
    assert "07700 900101" not in writer.text
    assert "find the child again" in writer.text
