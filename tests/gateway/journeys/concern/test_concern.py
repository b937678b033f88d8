"""A concern's pages: whatever is typed, nothing of it is lost; it is sent once; the confirmation is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine

from services.gateway import words
from services.gateway.fields import PART_MAX_BYTES
from services.gateway.journeys.concern.typed import TEXTS
from services.gateway.settings import BODY_MAX_BYTES
from tests.gateway.world import LARCHMERE, MOSSGATE, ON_PAGES, WRITTEN, Neighbours, Reader, sign_in
from tests.referrals.world import Referrals

FULL = {name: most for name, (_, most) in TEXTS.items()}
PAGES = [(step, name) for step, names in ON_PAGES.items() for name in names if name in FULL]
"""Each text and the page it is written on."""
SENT = "SELECT * FROM referral"
ABOUT = "about Canary Featherstone, born 5 March 2014"


async def send(writer: Reader) -> None:
    await writer.send(f"{writer.draft}/check", confirm="yes")


@pytest.mark.parametrize("character", ["x", "é", "漢", "😀", '"'], ids=["one", "two", "three", "four", "quoted"])
async def test_every_field_may_be_full_whatever_its_characters_and_after_change_too(
    writer: Reader, referrals: Referrals, character: str
) -> None:
    full = {name: character * most for name, most in FULL.items()}
    await writer.to_the_check(**full)
    await writer.open(f"{writer.draft}/what-has-happened")
    assert writer.value("concern") == full["concern"]
    await writer.write(concern=full["concern"])
    assert writer.step == "check"
    await send(writer)
    assert writer.text.startswith("Sent")
    [sent] = await referrals.clone.rows(SENT)
    assert {name: sent[name] for name in FULL} == full


@pytest.mark.parametrize("character", ["x", "é", "漢", "😀"], ids=["one", "two", "three", "four"])
@pytest.mark.parametrize(("step", "name"), PAGES)
async def test_one_character_more_than_a_text_may_have_is_said_and_comes_back(
    writer: Reader, step: str, name: str, character: str
) -> None:
    await writer.to_the_questions()
    long = character * (FULL[name] + 1)
    await writer.write(step, **{name: long, **({"parents": "unaware"} if step == "parents" else {})})
    [fault] = writer.faults
    assert fault.endswith(f"must be {FULL[name]} characters or fewer")
    assert long in (writer.page.text if writer.page else "")
    await writer.write(**{name: long[1:], **({"parents": "unaware"} if step == "parents" else {})})
    assert writer.faults == []
    assert writer.step != step


@pytest.mark.parametrize("paste", ["x" * 70_000, "漢" * 70_000, "😀 " * 35_000], ids=["ascii", "three", "four"])
async def test_a_paste_that_is_too_long_comes_back_to_be_shortened(writer: Reader, paste: str) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern=paste)
    assert writer.faults == ["What has happened must be 4000 characters or fewer"]
    assert writer.value("concern") == paste.strip()
    await writer.write(concern=WRITTEN["concern"])
    assert writer.faults == []


@pytest.mark.parametrize("size", [400_000, PART_MAX_BYTES, BODY_MAX_BYTES // 4])
async def test_of_a_paste_beyond_all_bounds_its_beginning_comes_back_and_what_was_chosen(
    writer: Reader, size: int
) -> None:
    await writer.to_the_questions()
    await writer.write("parents", parents="refused", parents_reason="x" + "é😀漢" * (size // 9))
    [fault] = writer.faults
    assert "what is here is its beginning" in fault
    assert writer.value("parents_reason").startswith("xé😀漢é😀漢")
    assert 'value="refused" checked' in (writer.page.text if writer.page else "")


async def test_more_than_a_form_can_bring_is_said_without_sending_people_back(writer: Reader) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern="x" * (BODY_MAX_BYTES + 1))
    assert "This is too long to send" in writer.text
    assert "Back" not in writer.text


SAID = "had characters that cannot be shown. They were left out"


async def test_characters_nobody_sees_are_dropped_and_that_is_said(writer: Reader, referrals: Referrals) -> None:
    await writer.to_the_check()
    concern = "He\x00 said\x01: \u202eno\u202c one\u200b was\x1f up\nthis 👩\u200d👩\u200d👦 morning."
    await writer.write("what-has-happened", concern=concern)
    kept = "He said: no one was up\nthis 👩\u200d👩\u200d👦 morning."
    assert SAID in writer.text
    assert writer.value("concern") == kept
    await writer.write(concern=writer.value("concern"))
    await send(writer)
    assert await referrals.clone.value("SELECT concern FROM referral") == kept


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x93"])
@pytest.mark.parametrize("to", ["", "back", "list"])
async def test_one_control_character_is_said_wherever_its_page_leads(writer: Reader, control: str, to: str) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern=f"{WRITTEN['concern']}{control}", to=to)
    assert SAID in writer.text
    assert writer.step == "what-has-happened"
    await writer.write(concern=writer.value("concern"), to=to)
    assert SAID not in writer.text
    assert writer.step != "what-has-happened"


async def test_it_is_said_beside_what_is_to_be_mended_too(writer: Reader) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern="\x00" + "x" * 4001)
    assert writer.faults == ["What has happened must be 4000 characters or fewer"]
    assert SAID in writer.text


async def test_a_paste_from_a_word_processor_raises_no_alarm_and_keeps_its_lines(
    writer: Reader, referrals: Referrals
) -> None:
    await writer.to_the_check()
    pasted = "\ufeffShe said \u201cno\u00adthing\u201d\u200b \u2013 twice\u2026\x0bAnd then\u00a0she left.\x0c"
    await writer.write("what-has-happened", concern=pasted)
    assert writer.step == "check"
    assert SAID not in writer.text
    await send(writer)
    kept = "She said \u201cnothing\u201d \u2013 twice\u2026\nAnd then\u00a0she left."
    assert await referrals.clone.value("SELECT concern FROM referral") == kept


@pytest.mark.parametrize("nothing", ["\u200b" * 25, "\u2800" * 25, "\u3164" * 25, "\x00" * 25, " \n" * 25])
async def test_a_concern_in_which_nothing_can_be_seen_is_none(writer: Reader, nothing: str) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern=nothing)
    assert writer.faults == ["Enter what has happened"]


@pytest.mark.parametrize("unseen", ["\u200d", "\ufe0f", "\u2800"])
async def test_what_nobody_sees_does_not_make_a_concern_long_enough(writer: Reader, unseen: str) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern=f"a{unseen * 24}b")
    assert writer.faults == ["Write 20 characters or more"]


LACKING = [
    ("kind", {}, "Say what you want to send"),
    ("what-has-happened", {"concern": ""}, "Enter what has happened"),
    ("parents", {"parents_reason": "x"}, "Say if the parents or carers know"),
    ("parents", {"parents": "unaware"}, "Say why the parents do not know"),
    ("parents", {"parents": "refused"}, "Say why the parents have not agreed"),
    ("parents", {"parents": "not_asked"}, "Say why the parents have not agreed"),
    ("what-the-school-did", {"done_so_far": " "}, "Enter what your school has done so far"),
    ("contact", {"contact": ""}, "Enter how we can reach you"),
]


@pytest.mark.parametrize(("step", "fields", "why"), LACKING)
async def test_a_page_says_what_it_lacks_and_the_list_does_too(
    writer: Reader, step: str, fields: dict[str, str], why: str
) -> None:
    await writer.to_the_questions()
    await writer.write(step, **fields)
    assert writer.faults == [why]
    assert writer.page is not None
    assert writer.page.text.partition("<title>")[2].startswith("Error: ")
    await writer.write(to="list", **fields)
    assert "Not answered yet" in writer.text


async def test_back_keeps_what_was_typed(writer: Reader) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern="Half a sentence", to="back")
    assert writer.step == "kind"
    await writer.open(f"{writer.draft}/what-has-happened")
    assert writer.value("concern") == "Half a sentence"


async def test_what_is_left_out_may_be_and_each_page_leads_to_the_next_that_waits(writer: Reader) -> None:
    await writer.to_the_questions()
    seen = [writer.step]
    for step, names in ON_PAGES.items():
        await writer.write(step, **{name: "" if step in OPTIONAL else WRITTEN[name] for name in names})
        seen.append(writer.step)
    assert seen == [*ON_PAGES, "check"]
    assert "What the child said Not given" in writer.text


OPTIONAL = ("what-the-child-said", "family")

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
async def test_no_refusal_of_the_sending_loses_a_word(
    writer: Reader, neighbours: Neighbours, problem: dict[str, object], status: int
) -> None:
    await writer.to_the_check()
    draft = writer.draft
    neighbours.refusal = ("POST .*/sending", status, problem)
    await send(writer)
    assert "Sent" not in writer.text
    neighbours.refusal = None
    for shown in ("now", "later"):
        if shown == "later":
            await writer.open(f"{draft}/check")
        for name in FULL:
            assert WRITTEN[name] in writer.text, (shown, name)
    await send(writer)
    assert writer.text.startswith("Sent")


async def test_while_nothing_can_be_had_of_referrals_the_page_says_where_the_words_are(
    writer: Reader, neighbours: Neighbours
) -> None:
    await writer.to_the_check()
    draft = writer.draft
    neighbours.refusal = ("(GET|POST) /drafts/.*", 502, {})
    await send(writer)
    assert "What you wrote is kept under your drafts" in writer.text
    neighbours.refusal = None
    await writer.open(f"{draft}/check")
    await send(writer)
    assert writer.text.startswith("Sent")


async def test_send_says_that_it_is_kept_also_where_nobody_says_who_this_is(
    writer: Reader, neighbours: Neighbours
) -> None:
    """PostgreSQL is away, and with it identity: nothing was typed on this page, and nothing is lost."""
    await writer.to_the_check()
    draft = writer.draft
    neighbours.refusal = (".*", 503, {})
    await send(writer)
    assert "What you wrote is kept under your drafts" in writer.text
    assert f'href="{draft}/check"' in writer.page.text
    neighbours.refusal = None
    await writer.open(f"{draft}/check")
    await send(writer)
    assert writer.text.startswith("Sent")


KEPT = [
    ({"type": "/problems/no-record"}, 503),
    ({}, 502),
    ({"type": "/problems/role-refused"}, 403),
    ({"type": "/problems/session-over", "detail": "signed_out"}, 401),
    ({"type": "/problems/access-ended"}, 401),
    ({"type": "/problems/something-new"}, 409),
]


@pytest.mark.parametrize(("problem", "status"), KEPT, ids=[str(p.get("type")) for p, _ in KEPT])
@pytest.mark.parametrize(("step", "name"), PAGES)
async def test_what_could_not_be_saved_is_kept_on_the_page_that_says_so(
    writer: Reader, neighbours: Neighbours, problem: dict[str, object], status: int, step: str, name: str
) -> None:
    await writer.to_the_questions()
    neighbours.refusal = ("PUT .*/answers", status, problem)
    await writer.write(step, **{name: WRITTEN[name]})
    assert "kept on this page" in writer.text
    sign_in(writer.browser)
    await writer.send("/typed")
    assert WRITTEN[name] in writer.text


@pytest.mark.parametrize("kind", ["draft-not-found", "already-sent"])
async def test_what_is_typed_into_a_draft_that_is_gone_or_sent_is_given_back(
    writer: Reader, neighbours: Neighbours, kind: str
) -> None:
    await writer.to_the_questions()
    neighbours.refusal = ("PUT .*/answers", 404 if "not" in kind else 409, {"type": f"/problems/{kind}"})
    await writer.write("what-has-happened", concern=WRITTEN["concern"])
    assert WRITTEN["concern"] in writer.text


async def test_a_school_changed_in_another_tab_gives_the_words_back(
    writer: Reader, neighbours: Neighbours, referrals: Referrals
) -> None:
    await writer.to_the_questions()
    neighbours.acting = dict(LARCHMERE)
    await writer.write("what-has-happened", concern=WRITTEN["concern"])
    assert "Nothing was sent" in writer.text
    assert WRITTEN["concern"] in writer.text
    await writer.open(writer.draft)
    assert "This draft is not here" in writer.text
    assert "Canary" not in writer.text
    neighbours.acting = dict(MOSSGATE)
    await writer.open(writer.draft)
    assert ABOUT in writer.text


async def test_who_signs_in_again_and_then_presses_continue_has_the_page_with_what_they_wrote(
    writer: Reader, neighbours: Neighbours
) -> None:
    await writer.to_the_questions()
    await writer.open(f"{writer.draft}/what-has-happened")
    sign_in(writer.browser, "another session")
    await writer.write(concern=WRITTEN["concern"])
    assert "You signed in again" in writer.text
    assert writer.value("concern") == WRITTEN["concern"]
    await writer.write(concern=writer.value("concern"))
    assert writer.faults == []
    assert writer.step == "what-the-child-said"


async def test_who_signs_in_as_somebody_else_is_shown_nothing_of_it(
    writer: Reader, neighbours: Neighbours, referrals: Referrals
) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern=WRITTEN["concern"])
    neighbours.account = str(referrals.who.account)
    for path in (writer.draft, f"{writer.draft}/what-has-happened", f"{writer.draft}/check", f"{writer.draft}/sent"):
        await writer.open(path)
        assert "This draft is not here" in writer.text, path
        assert "Canary" not in writer.text
        assert WRITTEN["concern"] not in writer.text


async def test_a_draft_is_taken_up_in_another_browser(writer: Reader, app: object) -> None:
    await writer.to_the_questions()
    await writer.write("what-has-happened", concern=WRITTEN["concern"])
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="https://portal.test") as elsewhere:
        sign_in(elsewhere, "a session at home")
        there = Reader(elsewhere)
        await there.open("/drafts")
        assert "Canary Featherstone" in there.text
        assert "Kept until" in there.text
        await there.open(f"{writer.draft}/what-has-happened")
        assert there.value("concern") == WRITTEN["concern"]
        await there.write_all()
        await send(there)
        assert there.text.startswith("Sent")


async def test_pressed_twice_it_is_one_draft_and_sent_twice_one_referral(writer: Reader, referrals: Referrals) -> None:
    await writer.find()
    answer = writer.page
    await writer.send("/concern")
    first = writer.draft
    writer.page = answer
    await writer.send("/concern")
    assert writer.draft == first
    await writer.send(f"{first}/danger", danger="not_urgent")
    await writer.write_all()
    check = writer.page
    await send(writer)
    reference = writer.text.partition("Your reference is ")[2][:9]
    writer.page = check
    await send(writer)
    assert reference in writer.text
    assert await referrals.clone.value("SELECT count(*) FROM referral") == 1
    writer.page = answer
    await writer.send("/concern")
    assert writer.draft != first


async def test_what_is_written_into_a_page_of_before_the_sending_is_given_back(writer: Reader) -> None:
    await writer.to_the_questions()
    page = writer.page
    await writer.write_all()
    await send(writer)
    writer.page = page
    await writer.write("what-has-happened", concern="Something that happened since, in the afternoon.")
    assert "This has been sent already" in writer.text
    assert "Something that happened since" in writer.text


async def test_a_page_that_is_not_confirmed_or_not_complete_is_not_sent(writer: Reader, referrals: Referrals) -> None:
    await writer.to_the_questions()
    await writer.open(f"{writer.draft}/check")
    assert "Some questions are not answered yet" in writer.text
    await writer.open(f"{writer.draft}/kind")
    await send(writer)
    assert "Some questions are not answered yet" in writer.text
    await writer.write_all()
    await writer.send(f"{writer.draft}/check")
    assert writer.faults == ["Confirm that this is correct to send it"]
    assert await referrals.clone.value("SELECT count(*) FROM referral") == 0


async def test_the_confirmation_has_all_that_was_sent_and_promises_nothing(
    writer: Reader, referrals: Referrals
) -> None:
    await writer.to_the_check()
    with time_machine.travel("2026-11-30T10:15:00Z", tick=False):
        await referrals.is_fresh(datetime.now(UTC))
        await send(writer)
    for name in FULL:
        assert WRITTEN[name] in writer.text, name
    for told in ("Canary Featherstone, born 5 March 2014", "A new concern", "No, they do not know", "Mossgate"):
        assert told in writer.text
    assert "acknowledge" not in writer.text
    until = "If you have heard nothing by 10:15 on Tuesday 1 December 2026, call the children's reception team"
    assert until in writer.text
    reference = await referrals.clone.value("SELECT reference FROM referral")
    assert f"and give the reference {reference}" in writer.text


@pytest.mark.parametrize(
    ("sent_at", "call"),
    [
        ("2026-11-30T10:15:00Z", "call the children's reception team on 01632 960 100"),
        ("2026-11-28T10:15:00Z", "call the out-of-hours number, 01632 960 199,"),
    ],
)
async def test_the_number_to_call_when_nothing_was_heard_is_one_that_answers_then(
    writer: Reader, sent_at: str, call: str
) -> None:
    with time_machine.travel(sent_at, tick=False):
        await writer.to_the_check()
        await send(writer)
    told = writer.text.partition("If you have heard nothing by ")[2]
    assert told.partition(", ")[2].startswith(f"{call} and give the reference ")


async def test_a_referral_of_a_roll_that_is_too_old_says_when_it_was_last_confirmed(
    writer: Reader, referrals: Referrals
) -> None:
    old = datetime.now(UTC) - timedelta(minutes=20)
    await referrals.is_fresh(old)
    await writer.to_the_check()
    await send(writer)
    assert f"Your roll was last confirmed at {words.moment(old, datetime.now(UTC))}" in writer.text
    assert "has been taken all the same" in writer.text


async def test_a_referral_of_a_roll_that_was_never_known_says_so(writer: Reader, referrals: Referrals) -> None:
    await referrals.clone.execute("DELETE FROM freshness")
    await writer.to_the_check()
    await send(writer)
    assert "Your roll had not been confirmed" in writer.text


async def test_every_step_says_which_child_by_full_name_and_birth_date_and_has_a_way_back(writer: Reader) -> None:
    await writer.begin()
    await writer.send(f"{writer.draft}/danger", danger="immediate")
    for step in ("danger", "call", "called", "less-urgent/not_urgent"):
        await writer.open(f"{writer.draft}/{step}")
        says_which(writer, step)
    await writer.send(f"{writer.draft}/less-urgent/not_urgent", sure="yes")
    for step in ("", *ON_PAGES, "check"):
        await writer.open(f"{writer.draft}/{step}".rstrip("/"))
        says_which(writer, step)


def says_which(writer: Reader, step: str) -> None:
    assert ABOUT in writer.text, step
    page = writer.page.text if writer.page else ""
    back = page.partition('<nav aria-label="Back">')[2].partition("</nav>")[0]
    assert "Back" in back or "Your drafts" in back, step
    assert "Canary" not in page.partition("<title>")[2].partition("</title>")[0]


async def test_a_referral_tells_what_the_page_showed_of_the_child(writer: Reader, referrals: Referrals) -> None:
    await writer.to_the_check()
    await send(writer)
    [sent] = await referrals.clone.rows(SENT)
    shown = [str(sent[f"written_{name}"]) for name in ("given_name", "family_name", "born")]
    assert shown == ["Canary", "Featherstone", "2014-03-05"]


async def test_no_address_and_no_title_says_a_word_of_it(writer: Reader) -> None:
    await writer.to_the_questions()
    for step, names in ON_PAGES.items():
        await writer.write(step, **{name: WRITTEN[name] for name in names})
        assert writer.page is not None
        for said in (str(writer.page.url), writer.page.text.partition("<title>")[2].partition("</title>")[0]):
            assert "anary" not in said
            assert "coat" not in said


async def test_what_the_school_sent_about_the_child_lately_is_said_before_more_is_written(
    writer: Reader, referrals: Referrals, neighbours: Neighbours
) -> None:
    await writer.to_the_check()
    await send(writer)
    reference = await referrals.clone.value("SELECT reference FROM referral")
    neighbours.account = str(referrals.who.account)
    await writer.to_the_questions()
    for path in (f"{writer.draft}/kind", writer.draft):
        await writer.open(path)
        assert "Your school has sent something about this child in the last 14 days" in writer.text
        assert f"{reference}, by a colleague," in writer.text
        assert "coat" not in writer.text
    neighbours.refusal = ("GET /sent", 503, {"type": "/problems/no-record"})
    await writer.open(writer.draft)
    assert "Your school has sent" not in writer.text
    assert "Not answered yet" in writer.text
