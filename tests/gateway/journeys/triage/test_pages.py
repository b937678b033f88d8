"""Officers' pages over the real referrals service: from the queue to a decision, and what is never lost on the way."""

from __future__ import annotations

import pytest

from services.gateway.calls.referrals.triage import QUESTION_MAX, REASON_MAX, SCHOOL_WORDS_MAX
from tests.gateway.journeys.triage.council import Desk
from tests.referrals.drafts.world import DESCRIBED, Writer
from tests.referrals.queue.test_queue import sent
from tests.referrals.world import WORDS, Referrals

REASON, ADVICE = "Canary of a reason: seen twice before.", "Canary of advice: ask the family hub."
LETTERS = ("x", "\u00e9", "\u0950", "\U0001f9e1")
"""Of one, two, three and four bytes in UTF-8."""


async def test_the_way_from_the_queue_to_a_decision(referrals: Referrals, iris: Desk, reference: str) -> None:
    page = await iris.go("/")
    assert iris.path == "/referrals"
    assert iris.title.startswith("(1) Referrals to decide")
    for told in (reference, "Mira O'Quillane", "Alder Primary", "Aisha Khan, safeguarding lead", "Not urgent",
                 "No allocated worker", "Nobody has it", "The front door", "Acknowledge by"):  # fmt: skip
        assert told in page
    at = f"/referral/{reference}"
    page = await iris.send(f"{at}/acknowledging")
    assert iris.path == f"/referrals?done={reference}"
    assert f"{reference} is acknowledged. The school is told." in page
    page = await iris.go(at)
    assert iris.title.startswith("Referral –")
    assert "Iris Vanterpool acknowledged this referral: the school is told" in page
    await iris.send(f"{at}/taking")
    assert (iris.path, "Who has it You" in iris.text) == (at, True)
    await iris.go(f"{at}/question")
    page = await iris.send(f"{at}/question", question="Who collects her?")
    assert "Iris Vanterpool asked the school for more The school reads this Who collects her?" in page
    await iris.go(f"{at}/decision")
    assert "Mira O'Quillane, born 3 April 2014" in iris.text
    typed = {"decision": "signposted", "for_school": ADVICE, "for_council": REASON}
    page = await iris.send(f"{at}/decision", **typed)
    assert "Now Decided: Signpost to early help" in page
    assert (
        f"decided: signpost to early help The school reads this {ADVICE} Only the council reads this {REASON}" in page
    )
    assert not any(iris.offers(f"{at}/{act}") for act in ("decision", "question", "reassigning", "taking"))
    assert iris.title == "Referral – Schools Child Portal"
    assert "No referrals match" in await iris.go("/referrals")
    assert iris.title.startswith("(0) ")


async def test_a_child_who_is_not_on_the_roll_is_shown_as_the_sender_described_it(
    referrals: Referrals, iris: Desk
) -> None:
    writer = Writer(referrals)
    draft = await writer.written(**DESCRIBED)
    await writer.answer(draft, parents_agree="not_asked", parents_reason="It would not be safe")
    reference = (await writer.sent(draft))["reference"]
    page = await iris.go("/referrals")
    assert "Canary Thistle Not on the school's roll, and not found in the records yet" in page
    page = await iris.go(f"/referral/{reference}")
    for told in (
        "This child is not on the school's roll. The sender described them: Name Canary Thistle",
        "Date of birth The sender does not know it",
        f"Why they are not on the roll {DESCRIBED['why_not_on_roll']}",
        "Nobody has found this child in the council's records yet",
        "Do they agree? They were not asked Why not It would not be safe",
    ):
        assert told in page
    assert "no such child any more" not in page
    assert "Canary Thistle" in await iris.go(f"/referral/{reference}/decision")


async def test_no_title_and_no_address_names_a_child(iris: Desk, reference: str) -> None:
    at = f"/referral/{reference}"
    for path in ("/referrals", at, f"{at}/decision", f"{at}/question", f"{at}/reassigning", "/referral"):
        await iris.go(path)
        assert iris.status == 200
        assert "Mira" not in iris.title
        assert not any("Quillane" in link for link in iris.links)


async def test_a_page_can_be_loaded_again_and_sends_nothing_again(
    referrals: Referrals, iris: Desk, reference: str
) -> None:
    await iris.go(f"/referral/{reference}")
    await iris.send(f"/referral/{reference}/taking")
    for _ in range(2):
        await iris.go(iris.path)
    assert [fact["type"] for fact in await referrals.facts()].count("ReferralTaken") == 1


async def test_the_second_officer_is_told_who_decided_and_keeps_every_word(
    iris: Desk, tom: Desk, reference: str
) -> None:
    at = f"/referral/{reference}/decision"
    for desk in (iris, tom):
        await desk.go(at)
    await iris.send(at, decision="assessment", for_council=REASON)
    page = await tom.send(at, decision="no_further_action", for_school=ADVICE, for_council="Tom's own words.")
    assert tom.status == 409
    [fault] = tom.faults
    assert fault.startswith("Iris Vanterpool decided: assessment (section 17), at ")
    assert fault.endswith("today. What you sent was not done")
    assert "Now Decided: Assessment (section 17)" in page
    assert (tom.value("typed-for_school"), tom.value("typed-for_council")) == (ADVICE, "Tom's own words.")
    assert tom.title.startswith("Error: ")


async def test_words_that_may_still_be_sent_come_back_in_their_form(iris: Desk, tom: Desk, reference: str) -> None:
    at = f"/referral/{reference}"
    await tom.go(f"{at}/decision")
    await iris.go(at)
    await iris.send(f"{at}/acknowledging")
    typed = {"decision": "early_help", "for_school": ADVICE, "for_council": REASON}
    await tom.send(f"{at}/decision", **typed)
    assert tom.status == 409
    assert tom.faults[0].startswith("Iris Vanterpool acknowledged this referral")
    assert (tom.value("for_school"), tom.value("for_council")) == (ADVICE, REASON)
    assert 'value="early_help" checked' in tom.main
    page = await tom.send(f"{at}/decision", **typed)
    assert "Now Decided: Open early help" in page


async def test_what_another_has_is_said_and_can_be_given_to_oneself(iris: Desk, tom: Desk, reference: str) -> None:
    at = f"/referral/{reference}"
    await iris.go(at)
    await iris.send(f"{at}/taking")
    page = await tom.go(at)
    assert "Who has it Iris Vanterpool" in page
    assert not tom.offers(f"{at}/decision")
    await tom.go(f"{at}/decision")
    assert "Iris Vanterpool has this referral." in tom.text
    await tom.send(f"{at}/decision", decision="early_help", for_council=REASON)
    assert (tom.status, tom.value("typed-for_council")) == (409, REASON)
    await tom.go(f"{at}/reassigning")
    page = await tom.send(f"{at}/reassigning", to=tom.officer.id)
    assert "Who has it You" in page
    assert "Tom Okonjo gave this referral to Tom Okonjo" in page


async def test_giving_needs_an_officer_that_there_is(iris: Desk, reference: str) -> None:
    at = f"/referral/{reference}/reassigning"
    await iris.go(at)
    await iris.send(at)
    assert iris.faults == ["Choose an officer"]
    await iris.send(at, to=str(iris.who.session))
    assert (iris.status, iris.faults) == (422, ["Choose an officer who can still act"])


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ({}, ["Choose what you decide", "Enter why you decide this"]),
        ({"decision": "no_further_action", "for_council": "x"}, ["Enter your advice to the school"]),
        ({"decision": "closed", "for_council": "x"}, ["Choose what you decide"]),
        ({"decision": "early_help", "for_council": "\u200b\u2800"}, ["Enter why you decide this"]),
    ],
)
async def test_what_is_missing_is_named_and_nothing_typed_is_lost(
    iris: Desk, reference: str, typed: dict[str, str], faults: list[str]
) -> None:
    at = f"/referral/{reference}/decision"
    await iris.go(at)
    await iris.send(at, **{"for_school": "", **typed, "question": "not of this page"})
    assert (iris.status, iris.faults) == (422, faults)
    assert f"/referrals/{reference}/decision" not in iris.asked


BOUNDS = {"question": QUESTION_MAX, "for_school": SCHOOL_WORDS_MAX, "for_council": REASON_MAX}


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("name", BOUNDS)
async def test_a_text_may_have_its_full_length_and_one_more_comes_back_to_be_shortened(
    iris: Desk, reference: str, name: str, letter: str
) -> None:
    at = f"/referral/{reference}/{'question' if name == 'question' else 'decision'}"
    rest = {} if name == "question" else {"decision": "early_help", "for_council": REASON, "for_school": ADVICE}
    text = letter * BOUNDS[name]
    await iris.go(at)
    await iris.send(at, **{**rest, name: text + letter})
    assert (iris.status, len(iris.faults)) == (422, 1)
    assert f"must be {BOUNDS[name]} characters or fewer" in iris.faults[0]
    assert iris.value(name) == text + letter
    await iris.send(at, **{**rest, name: text})
    assert (iris.status, iris.path) == (200, f"/referral/{reference}")
    assert text in iris.text


async def test_words_outlive_a_service_that_is_away_and_a_sign_in_that_ends(iris: Desk, reference: str) -> None:
    at = f"/referral/{reference}/decision"
    typed = {"decision": "early_help", "for_school": ADVICE, "for_council": REASON}
    await iris.go(at)
    carried = dict(iris.carried(at))
    for trouble, status in (("away", 503), ("over", 401)):
        setattr(iris, trouble, True)
        iris.page = await iris.browser.post(at, data={**carried, **typed})
        assert iris.status == status
        setattr(iris, trouble, False)
        iris.browser.cookies.set("__Host-session", "a session", domain="portal.test")
        await iris.send("/typed")
        assert (iris.value("typed-for_school"), iris.value("typed-for_council")) == (ADVICE, REASON)


LEFT_OUT = "had characters that cannot be shown. They were left out"


async def test_control_characters_are_dropped_and_said_and_lines_kept(iris: Desk, reference: str) -> None:
    at = f"/referral/{reference}/question"
    await iris.go(at)
    await iris.send(at, question="Who\x00 collects\x07 her?\r\nAnd when?\u202d")
    assert f"Your question {LEFT_OUT}" in iris.text
    assert "Who collects her?\nAnd when?" in iris.value("question")
    await iris.send(at, question=iris.value("question"))
    assert "Who collects her?\nAnd when?" in iris.main


async def test_no_decision_is_made_with_words_of_which_something_is_left_out_unsaid(iris: Desk, reference: str) -> None:
    at = f"/referral/{reference}/decision"
    await iris.go(at)
    await iris.send(at, decision="early_help", for_council=f"{REASON}\x00", for_school=ADVICE)
    assert f"Your reasons {LEFT_OUT}" in iris.text
    assert f"Your words to the school {LEFT_OUT}" not in iris.text
    await iris.send(at, decision="early_help", for_council=REASON, for_school=ADVICE)
    assert "Now Decided: Open early help" in iris.text


async def test_the_queue_is_narrowed_by_its_address_and_keeps_that_from_press_to_press(
    referrals: Referrals, iris: Desk
) -> None:
    quiet, urgent = await sent(referrals), await sent(referrals, "significant")
    page = await iris.go("/referrals?urgency=significant&school=alder&standing=&team=&nothing=x")
    assert (urgent in page, quiet in page) == (True, False)
    assert 'value="significant" selected' in iris.main
    await iris.send(f"/referral/{urgent}/acknowledging")
    assert iris.path == f"/referrals?urgency=significant&school=alder&done={urgent}"
    assert "No referrals match" in await iris.go("/referrals?mine=true")


async def test_the_queues_pages_lead_on_and_back(referrals: Referrals, iris: Desk) -> None:
    made = [await sent(referrals, due_in_hours=1 + n) for n in range(26)]
    page = await iris.go("/referrals?school=alder")
    assert (made[24] in page, made[25] in page) == (True, False)
    [onward] = [link for link in iris.links if "after=" in link]
    page = await iris.go(onward)
    assert (made[24] in page, made[25] in page) == (False, True)
    assert "/referrals?school=alder" in iris.links
    assert made[0] in await iris.go("/referrals?school=alder&after=AAAA")


@pytest.mark.parametrize(
    ("typed", "status", "why"),
    [
        ("AAA-AAA-A", 422, "Check it: one character is wrong"),
        ("222-222-P", 422, "There is no referral with this reference. Check what you typed"),
        ("a/b", 422, "A reference has 7 letters and digits, like ABC-DEF-G"),
        ("", 422, "Enter a reference, like ABC-DEF-G"),
    ],
)
async def test_a_reference_that_opens_nothing_says_what_to_mend(iris: Desk, typed: str, status: int, why: str) -> None:
    await iris.go("/referral")
    await iris.send("/referral", reference=typed)
    assert (iris.status, iris.faults) == (status, [why])
    assert f'value="{typed}"' in iris.main


async def test_a_reference_is_read_however_it_was_typed(iris: Desk, reference: str) -> None:
    await iris.go("/referral")
    page = await iris.send("/referral", reference=f"\ufeff {reference.lower().replace('-', chr(0x2011))}\u200b ")
    assert f"Referral {reference}" in page
    assert WORDS in page


@pytest.mark.parametrize("act", ["taking", "giving-back", "acknowledging", "reassigning", "question", "decision"])
async def test_an_act_on_what_there_is_not_finds_no_page(iris: Desk, reference: str, act: str) -> None:
    await iris.go(f"/referral/{reference}")
    proof = iris.carried(f"/referral/{reference}/taking")
    typed = {"question": "x", "decision": "early_help", "for_council": "x", "to": iris.officer.id}
    for missing in ("222-222-P", "AAA-AAA-A", "x"):
        iris.page = await iris.browser.post(f"/referral/{missing}/{act}", data={**proof, **typed})
        assert (iris.status, "Page not found" in iris.text) == (404, True)
