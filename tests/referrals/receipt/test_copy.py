"""The copy of a referral: everything that was sent, for the council and its school; on the record either way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pypdf
import pytest

from services.gateway import words
from services.referrals.making.domain.reference import check_character
from services.referrals.making.domain.referral import ChildDescribed, Referral
from services.referrals.receipt.domain import GATES, KINDS, ROLES, URGENCY, CopyLine, Original, copy_of
from tests.referrals.world import MIRA, OTHER_SCHOOL, WORDS, Referrals, ask
from tests.support.web import caller

FREE = f"AAA-AAA-{check_character('AAAAAA')}"
SENT = {
    "urgency": "urgent", "lowered_from": "significant", "called_number": "01632 960222", "kind": "update",
    "done_so_far": "We spoke with her aunt.", "parents_know": False, "parents_reason": "It would not be safe",
    "contact": "01632 960444, Aisha", "child_said": "That she fell.", "family": "A brother, Finn",
    "child": {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"},
}  # fmt: skip
PATHS = {"page": "receipt", "pdf": "receipt.pdf"}


def original(child: ChildDescribed, **said: Any) -> Original:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    by = uuid4()
    return Original(
        Referral(uuid4(), "ABC-DEF-G", None, None, "999001", None, by, now, now, ask(**said).concern, child=child)
    )


async def sent(referrals: Referrals, **said: Any) -> dict[str, Any]:
    return await referrals.made(**{**SENT, "called_at": referrals.moment_ago(), **said})


def text(pdf: bytes) -> str:
    """What a person reads in it, in one line."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def said_in(copy: dict[str, Any]) -> Iterator[str]:
    for part in copy["parts"]:
        yield part["heading"]
        for line in part["lines"]:
            yield from (line["label"], line["text"])


TOLD = (
    "Urgent, and they have a worker", "May be at risk of significant harm", "01632 960222 at", "An update", WORDS,
    "We spoke with her aunt.", "It would not be safe", "01632 960444, Aisha", "That she fell.", "A brother, Finn",
    "Mira O'Quillane", "3 April 2014", "URN 999001", "safeguarding lead",
)  # fmt: skip


@pytest.mark.parametrize("who", [caller("triage_officer"), caller("lead"), caller("headteacher")])
async def test_it_says_everything_that_was_sent_alike_as_page_and_as_pdf(referrals: Referrals, who: Any) -> None:
    made = await sent(referrals)
    page = await referrals.web.get(f"/referrals/{made['reference']}/receipt", who)
    pdf = await referrals.web.get(f"/referrals/{made['reference']}/receipt.pdf", who)
    assert (page.status_code, pdf.status_code) == (200, 200)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == f'attachment; filename="referral-{made["reference"]}.pdf"'
    paper, lines = text(pdf.content), list(said_in(page.json()))
    assert [each for each in TOLD if not any(each in line for line in lines)] == []
    assert [each for each in [*lines, page.json()["confidential"]] if " ".join(each.split()) not in paper] == []


async def test_the_same_copy_is_the_same_bytes(referrals: Referrals) -> None:
    path = f"/referrals/{(await sent(referrals))['reference']}/receipt.pdf"
    first, again = [(await referrals.web.get(path, referrals.who)).content for _ in range(2)]
    assert first == again


async def test_a_described_child_and_what_parents_agree_to_are_told() -> None:
    about = ChildDescribed("Noor", "Haddad", None, "Joined on Monday")
    told = [text for part in copy_of(original(about, parents_agree="refused")).parts for text in part.lines]
    assert CopyLine("Name", "Noor Haddad") in told
    assert CopyLine("Date of birth", "Not known to the sender") in told
    assert "Joined on Monday" in [line.text for line in told]
    assert CopyLine("Do they agree that this is sent?", "No") in told


@pytest.mark.parametrize("form", PATHS)
async def test_taking_a_copy_is_a_fact_without_words(referrals: Referrals, form: str) -> None:
    made, officer = await sent(referrals), caller("triage_officer")
    await referrals.web.get(f"/referrals/{made['reference']}/{PATHS[form]}", officer)
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["actor"]) == ("CopyRead", "shown", str(officer.account))
    assert (fact["referral_id"], fact["children"], fact["form"]) == (made["referral_id"], [str(MIRA.child_id)], form)
    assert not any(word in str(fact) for word in (WORDS, "Mira", "Quillane"))


@pytest.mark.parametrize("form", PATHS)
async def test_another_schools_copy_and_none_get_the_same_answer(referrals: Referrals, form: str) -> None:
    reference = (await sent(referrals))["reference"]
    stranger = caller("lead", OTHER_SCHOOL)
    for asked in (reference, FREE):
        response = await referrals.web.get(f"/referrals/{asked}/{PATHS[form]}", stranger)
        assert (response.status_code, response.json()["type"]) == (404, "/problems/referral-not-found")
    facts = (await referrals.facts())[1:]
    assert [(fact["type"], fact["outcome"], fact["referral_id"], fact["children"]) for fact in facts] == [
        ("CopyRead", "not_found", None, [])
    ] * 2


@pytest.mark.parametrize("form", PATHS)
async def test_other_roles_take_no_copy(referrals: Referrals, form: str) -> None:
    reference = (await sent(referrals))["reference"]
    for role in ("account_administrator", "data_protection_officer", "operator"):
        response = await referrals.web.get(f"/referrals/{reference}/{PATHS[form]}", caller(role))  # type: ignore[arg-type]
        assert response.status_code == 403


@pytest.mark.parametrize("form", PATHS)
async def test_a_mistyped_reference_is_told_so(referrals: Referrals, form: str) -> None:
    response = await referrals.web.get(f"/referrals/AAA-A0A-A/{PATHS[form]}", referrals.who)
    assert response.json()["errors"] == [{"where": "/reference", "why": "Check it: one character is wrong"}]


async def test_no_word_of_it_is_logged(referrals: Referrals, lines: io.StringIO) -> None:
    reference = (await sent(referrals))["reference"]
    for path in PATHS.values():
        await referrals.web.get(f"/referrals/{reference}/{path}", referrals.who)
    assert not any(word in lines.getvalue() for word in (WORDS, "Mira", "Quillane", "Finn", "Aisha"))


def test_a_value_is_called_the_same_on_paper_and_on_the_pages() -> None:
    assert {**words.URGENCY} == URGENCY
    assert {**words.GATES} == GATES
    assert words.KINDS.items() <= KINDS.items()
    assert {role: words.ROLES[role].lower() for role in ROLES} == ROLES
