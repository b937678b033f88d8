"""A concern's pages: whatever is typed, nothing of it is lost; the gate's answer is kept; the confirmation is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.gateway import words
from services.gateway.fields import PART_MAX_BYTES
from services.gateway.journeys.concern.typed import BOUNDS
from services.gateway.settings import BODY_MAX_BYTES
from tests.gateway.world import MADE, WRITTEN, Neighbours, Reader, sign_in

FULL = {name: most for name, _, most in BOUNDS}
NOW = datetime.now(UTC).astimezone(words.LONDON)
CALL = {
    "called_day": str(NOW.day), "called_month": str(NOW.month), "called_year": str(NOW.year),
    "called_time": f"{NOW:%H:%M}", "called_number": "01632 960 100",
}  # fmt: skip


def filled(character: str) -> dict[str, str]:
    """Every text at its allowed length."""
    return {**WRITTEN, **{name: character * most for name, most in FULL.items()}}


async def to_the_check(writer: Reader, written: dict[str, str] = WRITTEN) -> None:
    await writer.to_the_form()
    await writer.write(**written)
    assert "Check your answers" in writer.text, writer.faults


async def send(writer: Reader) -> None:
    await writer.send("/concern/send", confirm="yes")


@pytest.mark.parametrize("character", ["x", "é", "漢", "😀", '"'], ids=["one", "two", "three", "four", "quoted"])
async def test_every_field_may_be_full_whatever_its_characters_and_after_change_too(
    writer: Reader, neighbours: Neighbours, character: str
) -> None:
    await to_the_check(writer, filled(character))
    await writer.send("/concern/change")
    assert writer.value("concern") == character * 4000
    await writer.write(**filled(character))
    await send(writer)
    assert writer.text.startswith("Sent")
    assert {name: neighbours.sent[0][name] for name in FULL} == {name: character * most for name, most in FULL.items()}


@pytest.mark.parametrize("paste", ["x" * 70_000, "漢" * 70_000, "😀 " * 35_000], ids=["ascii", "three", "four"])
async def test_a_paste_that_is_too_long_comes_back_to_be_shortened(writer: Reader, paste: str) -> None:
    await writer.to_the_form()
    await writer.write(**{**WRITTEN, "concern": paste})
    assert writer.faults == ["What has happened must be 4000 characters or fewer"]
    assert writer.value("concern") == paste.strip()
    assert writer.value("family") == WRITTEN["family"]
    await writer.write(**WRITTEN)
    assert "Check your answers" in writer.text


@pytest.mark.parametrize("size", [400_000, PART_MAX_BYTES, BODY_MAX_BYTES // 4])
async def test_of_a_paste_beyond_all_bounds_its_beginning_comes_back_and_every_other_field(
    writer: Reader, size: int
) -> None:
    await writer.to_the_form()
    await writer.write(**{**WRITTEN, "concern": "x" + "é😀漢" * (size // 9)})
    [fault] = writer.faults
    assert "what is here is its beginning" in fault
    assert writer.value("concern").startswith("xé😀漢é😀漢")
    assert writer.value("parents_reason") == WRITTEN["parents_reason"]


async def test_more_than_a_form_can_bring_is_said_without_sending_people_back(writer: Reader) -> None:
    await writer.to_the_form()
    await writer.write(concern="x" * (BODY_MAX_BYTES + 1))
    assert "This is too long to send" in writer.text
    assert "Back" not in writer.text


async def test_characters_nobody_sees_are_dropped_and_nothing_is_refused_for_them(
    writer: Reader, neighbours: Neighbours
) -> None:
    concern = "He\x00 said\x0b: \u202eno\u202c one\u200b was\x1f up\nthis 👩\u200d👩\u200d👦 morning."
    await to_the_check(writer, {**WRITTEN, "concern": concern})
    await send(writer)
    assert neighbours.sent[0]["concern"] == "He said: no one was up\nthis 👩\u200d👩\u200d👦 morning."


@pytest.mark.parametrize("nothing", ["\u200b" * 25, "\u2800" * 25, "\u3164" * 25, "\x00" * 25, " \n" * 25])
async def test_a_concern_in_which_nothing_can_be_seen_is_none(writer: Reader, nothing: str) -> None:
    await writer.to_the_form()
    await writer.write(**{**WRITTEN, "concern": nothing})
    assert writer.faults == ["Enter what has happened"]


@pytest.mark.parametrize("unseen", ["\u200d", "\ufe0f", "\u2800"])
async def test_what_nobody_sees_does_not_make_a_concern_long_enough(writer: Reader, unseen: str) -> None:
    await writer.to_the_form()
    await writer.write(**{**WRITTEN, "concern": f"a{unseen * 24}b"})
    assert writer.faults == ["What has happened must be 20 characters or more"]


async def test_back_from_the_form_takes_along_what_was_typed(writer: Reader) -> None:
    await writer.to_the_form()
    await writer.write("/concern/gate", to="back", **WRITTEN)
    assert "Is Canary in danger now?" in writer.text
    await writer.send("/concern/gate", danger="not_urgent")
    assert writer.value("concern") == WRITTEN["concern"]


async def test_back_from_the_call_takes_along_what_was_typed_of_it(writer: Reader) -> None:
    await writer.find()
    await writer.send("/concern")
    await writer.send("/concern/gate", danger="significant")
    await writer.send("/concern/called")
    await writer.send("/concern/gate", danger="significant", called_time="half past", called_number="999")
    await writer.send("/concern/called")
    assert 'value="half past"' in (writer.page.text if writer.page else "")


REFUSALS = [
    ({"type": "/problems/malformed", "errors": [{"where": "/concern", "why": "Too much"}]}, 422),
    ({"type": "/problems/malformed", "errors": [{"where": "/child_id", "why": "No"}]}, 422),
    ({"type": "/problems/key-reused"}, 422),
    ({"type": "/problems/not-on-roll"}, 403),
    ({"type": "/problems/no-record"}, 503),
    ({"type": "/problems/broken"}, 500),
    ({}, 502),
]


@pytest.mark.parametrize(("problem", "status"), REFUSALS, ids=[f"{p.get('type')} {s}" for p, s in REFUSALS])
async def test_no_refusal_loses_a_word(
    writer: Reader, neighbours: Neighbours, problem: dict[str, object], status: int
) -> None:
    await to_the_check(writer)
    neighbours.referral = (status, problem)
    await send(writer)
    page = writer.page.text if writer.page else ""
    for name in FULL:
        assert WRITTEN[name] in page, name


KEPT = [
    ({"type": "/problems/role-refused"}, 403),
    ({"type": "/problems/session-over", "detail": "signed_out"}, 401),
    ({"type": "/problems/access-ended"}, 401),
    ({"type": "/problems/something-new"}, 409),
]


@pytest.mark.parametrize(("problem", "status"), KEPT, ids=[str(p["type"]) for p, _ in KEPT])
async def test_what_a_page_cannot_show_again_it_keeps(
    writer: Reader, neighbours: Neighbours, problem: dict[str, object], status: int
) -> None:
    await to_the_check(writer)
    neighbours.referral = (status, problem)
    await send(writer)
    assert "kept on this page" in writer.text
    sign_in(writer.browser)
    await writer.send("/typed")
    for name in FULL:
        assert WRITTEN[name] in writer.text, name


async def test_a_school_changed_in_another_tab_gives_the_words_back(writer: Reader, neighbours: Neighbours) -> None:
    await writer.to_the_form()
    neighbours.acting = {"role": "lead", "school": "999002"}
    await writer.write(**WRITTEN)
    assert "Nothing was sent" in writer.text
    for name in FULL:
        assert WRITTEN[name] in writer.text, name
    assert neighbours.sent == []


async def test_a_call_that_referrals_refuses_is_mended_on_its_own_page(writer: Reader, neighbours: Neighbours) -> None:
    await follow_up(writer, "significant")
    why = "Enter a time in the last 7 days"
    neighbours.referral = (422, {"type": "/problems/malformed", "errors": [{"where": "/called_at", "why": why}]})
    await send(writer)
    assert writer.faults == [why]
    assert 'value="01632 960 100"' in (writer.page.text if writer.page else "")
    await writer.send("/concern/called", **CALL)
    assert writer.value("concern") == WRITTEN["concern"]


async def test_who_signs_in_again_and_then_presses_continue_is_shown_what_they_wrote(
    writer: Reader, neighbours: Neighbours
) -> None:
    await writer.to_the_form()
    sign_in(writer.browser, "another session")
    await writer.send("/concern/check", **WRITTEN)
    assert "You signed in again" in writer.text
    assert all(WRITTEN[name] in writer.text for name in FULL)
    assert neighbours.sent == []


@pytest.mark.parametrize("where", ["/called_at", "/called_number"])
async def test_a_call_of_a_concern_that_was_lowered_since_can_be_mended_too(
    writer: Reader, neighbours: Neighbours, where: str
) -> None:
    await follow_up(writer, "significant")
    await writer.send("/concern/gate", danger="not_urgent", sure="yes")
    await writer.write(**WRITTEN)
    neighbours.referral = (422, {"type": "/problems/malformed", "errors": [{"where": where, "why": "Mend this"}]})
    await send(writer)
    assert writer.faults == ["Mend this"]
    await writer.send("/concern/called", **{**CALL, "called_number": "01632 960 199"})
    await writer.write(**{**WRITTEN, "concern": writer.value("concern")})
    assert "to 01632 960 199 Change when and whom you called" in writer.text


async def follow_up(writer: Reader, urgency: str) -> None:
    """Up to the check of a concern that was telephoned first."""
    await writer.find()
    await writer.send("/concern")
    await writer.send("/concern/gate", danger=urgency)
    await writer.send("/concern/called")
    await writer.send("/concern/called", **CALL)
    await writer.write(**WRITTEN)


@pytest.mark.parametrize("urgency", ["immediate", "significant", "urgent"])
async def test_the_gates_answer_is_kept_and_shown_on_the_check_and_the_confirmation(
    writer: Reader, neighbours: Neighbours, urgency: str
) -> None:
    await follow_up(writer, urgency)
    said = f"How urgent {words.URGENCY[urgency]}"
    assert said in writer.text
    await send(writer)
    assert said in writer.text
    assert (neighbours.sent[0]["urgency"], neighbours.sent[0]["lowered_from"]) == (urgency, None)


async def test_a_lower_answer_is_asked_for_again_and_the_call_stays(writer: Reader, neighbours: Neighbours) -> None:
    await follow_up(writer, "immediate")
    await writer.send("/concern/gate", to="back")
    await writer.send("/concern/gate", danger="not_urgent")
    assert "You said before In immediate danger You say now Not urgent" in writer.text
    await writer.send("/concern/gate")
    assert writer.faults == ["Choose if it is less urgent now"]
    await writer.send("/concern/gate", sure="yes")
    await writer.write(**WRITTEN)
    assert "How urgent Not urgent (you said before: in immediate danger)" in writer.text
    assert "to 01632 960 100" in writer.text
    await send(writer)
    [asked] = neighbours.sent
    assert (asked["urgency"], asked["lowered_from"]) == ("not_urgent", "immediate")
    assert asked["called_number"] == "01632 960 100"
    assert datetime.fromisoformat(asked["called_at"]) <= datetime.now(UTC)


async def test_who_is_not_sure_that_it_is_less_urgent_is_sent_to_the_telephone_again(writer: Reader) -> None:
    await writer.find()
    await writer.send("/concern")
    await writer.send("/concern/gate", danger="immediate")
    await writer.send("/concern/gate", danger="urgent")
    await writer.send("/concern/gate", sure="no")
    assert "Call 999 now" in writer.text


async def test_an_answer_that_goes_down_and_up_again_was_not_lowered(writer: Reader, neighbours: Neighbours) -> None:
    await follow_up(writer, "significant")
    await writer.send("/concern/gate", danger="not_urgent", sure="yes")
    await writer.write("/concern/gate", danger="significant", **WRITTEN)
    await writer.send("/concern/called")
    await writer.send("/concern/called", **CALL)
    await writer.write(**WRITTEN)
    await send(writer)
    assert (neighbours.sent[0]["urgency"], neighbours.sent[0]["lowered_from"]) == ("significant", None)


async def test_nobody_writes_what_is_urgent_before_the_call(writer: Reader) -> None:
    await writer.find()
    await writer.send("/concern")
    await writer.send("/concern/gate", danger="significant")
    for path in ("/concern/check", "/concern/change", "/concern/send"):
        carried = Reader(writer.browser, writer.page)
        await carried.send(path, confirm="yes", **WRITTEN)
        assert "Nothing was sent" in carried.text


async def test_the_confirmation_has_all_that_was_sent_and_promises_nothing(writer: Reader) -> None:
    await follow_up(writer, "significant")
    await send(writer)
    for name in FULL:
        assert WRITTEN[name] in writer.text, name
    for told in ("ABC-DEF-G", "Canary Featherstone, born 5 March 2014", "A new concern", "01632 960 100", "Mossgate"):
        assert told in writer.text
    assert "acknowledge" not in writer.text
    until = "If you have heard nothing by 13:00 on Tuesday 7 April 2026, call the children's reception team"
    assert until in writer.text
    assert "and give the reference ABC-DEF-G" in writer.text


@pytest.mark.parametrize(
    ("due_at", "call"),
    [
        ("2026-04-07T12:00:00Z", "call the children's reception team on 01632 960 100"),
        ("2026-04-07T19:00:00Z", "call the out-of-hours number, 01632 960 199,"),
    ],
)
async def test_the_number_to_call_when_nothing_was_heard_is_one_that_answers_then(
    writer: Reader, neighbours: Neighbours, due_at: str, call: str
) -> None:
    neighbours.referral = (201, {**MADE, "due_at": due_at})
    await to_the_check(writer)
    await send(writer)
    told = writer.text.partition("If you have heard nothing by ")[2]
    assert f"on Tuesday 7 April 2026, {call} and give the reference ABC-DEF-G." in told


async def test_a_referral_of_a_roll_that_is_too_old_says_when_it_was_last_confirmed(
    writer: Reader, neighbours: Neighbours
) -> None:
    old = datetime.now(UTC) - timedelta(minutes=20)
    neighbours.referral = (201, {**MADE, "roll_current": False, "roll_as_of": old.isoformat()})
    await to_the_check(writer)
    await send(writer)
    assert f"Your roll was last confirmed at {words.moment(old, datetime.now(UTC))}" in writer.text
    assert "has been taken all the same" in writer.text


async def test_a_referral_of_a_roll_that_was_never_known_says_so(writer: Reader, neighbours: Neighbours) -> None:
    neighbours.referral = (201, {**MADE, "roll_current": False, "roll_as_of": None})
    await to_the_check(writer)
    await send(writer)
    assert "Your roll has not been confirmed yet" in writer.text


async def test_every_step_says_which_child_by_full_name_and_birth_date_and_has_a_way_back(writer: Reader) -> None:
    await writer.find()
    await writer.send("/concern")
    steps = [
        ("/concern/gate", {}), ("/concern/gate", {"danger": "urgent"}), ("/concern/gate", {"danger": "significant"}),
        ("/concern/gate", {"danger": "immediate"}), ("/concern/gate", {"danger": "not_urgent"}),
        ("/concern/gate", {"danger": "immediate"}), ("/concern/called", {}), ("/concern/called", CALL),
        ("/concern/check", WRITTEN),
    ]  # fmt: skip
    for path, fields in steps:
        await writer.send(path, **fields)
        assert "about Canary Featherstone, born 5 March 2014" in writer.text, path
        page = writer.page.text if writer.page else ""
        back = page.partition('<nav aria-label="Back">')[2].partition("</nav>")[0]
        assert "Back" in back, path
        assert "Canary" not in page.partition("<title>")[2].partition("</title>")[0]


async def test_a_referral_tells_what_the_page_showed_of_the_child(writer: Reader, neighbours: Neighbours) -> None:
    await to_the_check(writer)
    await send(writer)
    shown = {"given_name": "Canary", "family_name": "Featherstone", "born": "2014-03-05"}
    assert neighbours.sent[0]["child"] == shown
