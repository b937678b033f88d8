"""The triage officer's page: what the school wrote and what the records say now, each as what it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.calls.referrals import OpenedReferral
from services.gateway.frame.rendering import Pages
from services.gateway.journeys.triage.routes import urgent

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WRITTEN = {"given_name": "Mirela", "family_name": "Thornwick", "born": "2014-04-03"}
ROWAN = {
    "name": "Rowan Achterberg", "role": "social_worker", "lead": True, "team": "Northbrook", "phone": "01632 960222",
}  # fmt: skip
CHILD = {**WRITTEN, "upn": "B801200005001", "restricted": False, "unreadable": [], "workers": [ROWAN]}
READ: dict[str, Any] = {
    "referral_id": str(uuid4()), "made_by": str(uuid4()),
    "reference": "ABC-DEF-G", "made_at": "2026-11-30T14:02:00Z", "due_at": "2026-12-01T14:02:00Z", "gate": "telephoned",
    "urgency": "significant", "lowered_from": None, "roll_as_of": "2026-11-30T14:00:00Z", "roll_current": True,
    "called_at": "2026-11-30T13:30:00Z", "called_number": "01632 960100", "kind": "concern",
    "concern": "She came in without a coat.\nAgain.", "done_so_far": "We gave her one.", "parents_know": False,
    "parents_reason": "It would not be safe", "contact": "01632 960444, Aisha", "child_said": None,
    "family": "A brother", "school": "999001", "school_name": "Alder Primary", "sender_name": "Aisha Khan",
    "sender_role": "lead", "child_written": WRITTEN, "child": CHILD,
    "records_as_of": "2026-12-01T11:59:00Z", "records_current": True,
}  # fmt: skip


def html(pages: Pages, **said: Any) -> str:
    referral = OpenedReferral.model_validate({**READ, **said})
    context = {
        "files": None,
        "title": "Referral", "person": None, "now": NOW, "faults": [], "values": {}, "visit": None, "token": "",
        "leaving": "", "correlation": uuid4(), "referral": referral, "urgent": urgent(referral), "typed": {},
    }  # fmt: skip
    page = bytes(pages.page("triage/shown", 200, context).body).decode()
    return page.partition("<main")[2].partition("</main>")[0]


def text(pages: Pages, **said: Any) -> str:
    """As it is read: without markup, with single spaces."""
    inline = re.sub(r"</?(bdi|a|strong)\b[^>]*>", "", html(pages, **said).partition(">")[2])
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())


def child(**said: Any) -> dict[str, Any]:
    return {**CHILD, **said}


HANDLED: dict[str, Any] = {"version": 0, "standing": "sent"}
SINCE = "2026-11-30T14:05:00Z"


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (
            {"state": "acknowledged", "since": SINCE, "number": "CS-000\u202e12"},
            "Case system The case system has it, as CS-000\u202e12, since 14:05 on Monday 30 November 2026 "
            "See the transfer",
        ),
        (
            {"state": "waiting", "since": SINCE, "late": True},
            "Case system Not handed over yet, since 14:05 on Monday 30 November 2026. Late See the transfer",
        ),
        (
            {"state": "sent", "since": SINCE},
            "Case system Handed over, not acknowledged yet, since 14:05 on Monday 30 November 2026 See the transfer",
        ),
        ({"state": "not_set_up", "since": SINCE}, "Case system No: no case system is set up See the transfer"),
        (None, "Case system Whether the case system has it"),
    ],
)
def test_it_says_whether_the_case_system_has_it(pages: Pages, there: dict[str, Any] | None, told: str) -> None:
    page = html(pages, handling=HANDLED, in_case_system=there)
    assert told in text(pages, handling=HANDLED, in_case_system=there)
    assert 'href="/transfers/ABC-DEF-G"' in page


def test_it_says_who_sent_it_from_where_when_with_weekdays_and_whom_they_called(pages: Pages) -> None:
    page = text(pages)
    for told in (
        "Referral ABC-DEF-G",
        "Alder Primary (URN 999001)",
        "Aisha Khan, safeguarding lead",
        "Sent at 14:02 on Monday 30 November 2026",
        "Acknowledge it by 14:02 on Tuesday 1 December 2026.",
        "The school called 01632 960100 at 13:30 on Monday 30 November 2026",
        "Rowan Achterberg, social worker, lead worker, Northbrook, 01632 960222",
        "UPN B801200005001",
    ):
        assert told in page
    assert "Different" not in page
    assert "That time is over" not in page


@pytest.mark.parametrize(
    ("said", "above"),
    [
        ({"urgency": "immediate"}, "Immediate danger: 999 was called"),
        ({"urgency": "significant"}, "Possible significant harm: the school telephoned first"),
        ({"urgency": "urgent"}, "Urgent: the school called the child's worker or the duty line first"),
        ({"urgency": "a_new_one"}, "Urgent"),
        ({"urgency": None}, "The school telephoned first"),
    ],
)
def test_what_is_urgent_stands_above_all_in_words(pages: Pages, said: dict[str, Any], above: str) -> None:
    page = html(pages, **said)
    assert above in unescape(page.partition('class="govuk-warning-text__text"')[2].partition("</strong>")[0])
    assert page.index("govuk-warning-text__text") < page.index("<h2")
    assert not re.search("not_urgent|telephoned_|worker_told", page)


@pytest.mark.parametrize("said", [{"urgency": "not_urgent"}, {"urgency": None, "gate": "not_urgent"}])
def test_what_is_not_urgent_has_no_warning_and_keeps_its_call(pages: Pages, said: dict[str, Any]) -> None:
    assert "govuk-warning-text" not in html(pages, **said)
    assert "Not urgent" in text(pages, **said)
    assert "The school called 01632 960100" in text(pages, **said)


def test_a_lowered_answer_is_told(pages: Pages) -> None:
    page = text(pages, urgency="not_urgent", lowered_from="immediate")
    assert "the sender had answered “In immediate danger”" in page


@pytest.mark.parametrize(
    ("said", "marks"),
    [
        ({"given_name": "Canary"}, 1),
        ({"family_name": "Canary", "born": "2014-04-04"}, 2),
        ({"family_name": "", "unreadable": ["family_name"]}, 0),
        ({}, 0),
    ],
)
def test_what_the_school_wrote_and_what_the_records_say_are_two_things_and_a_difference_is_marked(
    pages: Pages, said: dict[str, Any], marks: int
) -> None:
    page = text(pages, child=child(**said))
    assert page.index("Mirela Thornwick") < page.index("in the council's records now")
    assert page.count("Different from what the school wrote") == marks


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"roll_current": False}, "roll was last confirmed at 14:00 on Monday 30 November 2026, some time before"),
        ({"roll_current": False, "roll_as_of": None}, "roll could not be confirmed when this was sent."),
    ],
)
def test_a_roll_that_was_not_current_is_said(pages: Pages, said: dict[str, Any], told: str) -> None:
    assert told in text(pages, **said)
    for unmarked in ({}, {"roll_current": None, "roll_as_of": None}):
        assert "confirmed" not in text(pages, **unmarked)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"child": child(restricted=True, workers=[])}, "Restricted: who works with this child is not in the portal"),
        ({"child": child(workers=[])}, "None is recorded today"),
        ({"child": child(workers=[]), "records_current": False}, "Not known right now"),
        ({"child": child(workers=[], unreadable=["cases"])}, "Not known right now"),
        ({"child": child(workers=None)}, "Not known right now"),
        ({"child": child(unreadable=["allocations"])}, "There may be others."),
        ({"child": child(workers=[{**ROWAN, "name": ""}])}, "Name not known here yet"),
        (
            {"child": child(workers=[{**ROWAN, "phone": None, "duty_phone": "01632 960111"}])},
            "cannot be called now: duty line 01632 960111",
        ),
        ({"child": child(upn=None)}, "UPN None is recorded"),
        ({"child": child(upn=None, unreadable=["upn"])}, "UPN Cannot be read"),
        ({"child": child(given_name="", unreadable=["given_name"])}, "(first name cannot be read) Thornwick"),
        ({"child": child(born="0001-01-01", unreadable=["born"])}, "Date of birth Cannot be read"),
        ({"child": None}, "They have no such child any more. The council's records were last complete at 11:59"),
        ({"child": None, "records_current": False}, "What they say of this child is not known right now."),
        ({"child": None, "records_current": None, "records_as_of": None}, "is not known right now. Up to when"),
        ({"records_current": False}, "This may be out of date. The council's records were last complete at 11:59"),
        ({"child_written": None}, "This was not kept for this referral."),
        ({"sender_name": None, "sender_role": None, "school_name": None}, "School URN 999001 Sent by Name not known"),
        ({"due_at": "2026-12-01T11:00:00Z"}, "That time is over."),
    ],
)
def test_what_is_not_known_is_said_and_never_a_plain_no(pages: Pages, said: dict[str, Any], told: str) -> None:
    assert told in text(pages, **said)


def test_every_value_stands_in_a_bdi(pages: Pages) -> None:
    turned = {name: f"\u202e{value}" for name, value in READ.items() if isinstance(value, str) and name in OUTSIDE}
    now = {name: f"\u202e{value}" for name, value in {**WRITTEN, "upn": "B8"}.items() if name != "born"}
    one = {name: f"\u202e{value}" for name, value in {**ROWAN, "duty_phone": "1"}.items() if name != "lead"}
    said = {"child_written": {**WRITTEN, **now}, "child": {**CHILD, **now, "workers": [one]}}
    page = html(pages, **{**turned, **said})
    inside = "".join(re.findall(r"<bdi>.*?</bdi>", page, re.DOTALL))
    assert page.count("\u202e") == inside.count("\u202e") >= 17


OUTSIDE = {
    "reference", "urgency", "lowered_from", "called_number", "kind", "concern", "done_so_far", "parents_reason",
    "contact", "child_said", "family", "school", "school_name", "sender_name", "sender_role",
}  # fmt: skip


def test_what_an_older_referrals_service_tells_is_shown_too(pages: Pages) -> None:
    new = ("urgency", "lowered_from", "roll_as_of", "roll_current", "school_name", "sender_name", "sender_role",
           "child_written", "records_as_of", "records_current")  # fmt: skip
    before = {name: value for name, value in READ.items() if name not in new}
    referral = OpenedReferral.model_validate({**before, "child": {**WRITTEN, "upn": None}})
    assert (referral.child_written, referral.differs("given_name")) == (None, False)
    assert "Allocated workers Not known right now" in text(pages, **dict.fromkeys(new), child={**WRITTEN})
