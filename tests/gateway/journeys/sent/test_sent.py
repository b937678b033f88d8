"""The school's pages of what it has sent: where each stands in words, a question answered, and no word of it lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.gateway.calls.referrals.sent import ANSWER_MAX
from services.gateway.files import Files
from services.gateway.frame.rendering import Pages
from services.gateway.journeys import discovered
from tests.gateway.world import LARCHMERE, Neighbours, Reader, problem, settings, sign_in

CHILD = {"given_name": "Canary", "family_name": "Featherstone", "born": "2014-03-05"}
NOTHING_YET = dict.fromkeys(
    ("acknowledged_at", "acknowledged_by_name", "taken_at", "taken_by_name", "overdue_at", "decided_at",
     "decided_by_name", "decision")
)  # fmt: skip
ONE: dict[str, Any] = {
    "referral_id": "0198e0a0-0000-7000-8000-000000000001", "reference": "ABC-DEF-G", "child": CHILD,
    "made_at": "2026-04-03T12:00:00Z", "due_at": "2126-04-07T12:00:00Z", "sender_name": "Calwyn Fernshaw",
    "sender_role": "lead", "kind": "concern", "gate": "not_urgent", "urgency": "not_urgent", "standing": "sent",
    "asked": False, **NOTHING_YET,
}  # fmt: skip
WRITTEN = {
    "gate": "not_urgent", "kind": "concern",
    "concern": "He came in without a coat.\nAgain.", "done_so_far": "We gave him one.", "parents_know": False,
    "parents_reason": "They were not in.", "contact": "Aisha, 01632 960111", "child_said": None, "family": "A sister",
}  # fmt: skip
RECEIVED = {"standing": "received", "acknowledged_at": "2026-04-03T13:10:00Z", "acknowledged_by_name": "Nadia Orrin"}
TAKEN = {
    **RECEIVED, "standing": "being_decided", "taken_at": "2026-04-03T13:11:00Z", "taken_by_name": "Nadia Orrin",
}  # fmt: skip
QUESTION = {"place": 3, "at": "2026-04-03T14:00:00Z", "act": "asked", "by_name": "Nadia Orrin", "words": "Why?"}
ASKED = {
    **TAKEN, "standing": "asked", "asked": True,
    "steps": [QUESTION],
}  # fmt: skip
DECIDED = {
    **TAKEN, "standing": "decided", "decided_at": "2026-04-04T09:00:00Z", "decided_by_name": "Nadia Orrin",
    "decision": "early_help",
    "steps": [{"place": 4, "at": "2026-04-04T09:00:00Z", "act": "decided", "words": "A worker will ring you."}],
}  # fmt: skip


@dataclass
class Council:
    """Referrals, as far as these pages ask it."""

    one: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=lambda: {"sent": [ONE], "more": False, "asked": 0})
    refuses: Response | None = None
    """What an answer is refused with."""
    answers: list[dict[str, Any]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    async def sent(self, request: Request) -> Response:
        self.queries.append(request.url.query)
        return JSONResponse(self.found)

    async def read(self, request: Request) -> Response:
        if request.path_params["reference"] != ONE["reference"]:
            return problem("referral-not-found", 404)
        return JSONResponse({**ONE, "school": "999001", "written": WRITTEN, "steps": [], **self.one})

    async def answer(self, request: Request) -> Response:
        if self.refuses:
            return self.refuses
        self.answers.append(await request.json())
        return Response(status_code=204)


@pytest.fixture
def council(app: FastAPI, neighbours: Neighbours) -> Council:
    made, others = Council(), neighbours.client()._transport
    assert isinstance(others, httpx.ASGITransport)
    sent = Starlette(
        routes=[
            Route("/sent", made.sent),
            Route("/sent/{reference}", made.read),
            Route("/sent/{reference}/answer", made.answer, methods=["POST"]),
        ]
    )

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        await (sent if scope["path"].startswith("/sent") else others.app)(scope, receive, send)

    app.state.client = httpx.AsyncClient(transport=httpx.ASGITransport(either))
    return made


async def read(writer: Reader, path: str = "/sent/ABC-DEF-G") -> str:
    writer.page = await writer.browser.get(path)
    return writer.text


async def answer(writer: Reader, words: str, path: str = "/sent/ABC-DEF-G/answer") -> None:
    """Send the page's form, in parts and with its lines as a browser sends them."""
    typed = {**writer.carried, "answer": words}
    parts = {name: (None, value.replace("\n", "\r\n").encode()) for name, value in typed.items()}
    writer.page = await writer.browser.post(path, files=parts)


async def test_an_answer_of_which_something_was_left_out_is_sent_when_that_is_known(
    writer: Reader, council: Council
) -> None:
    council.one = ASKED
    await read(writer)
    await answer(writer, "It was\x00 on Monday.")
    assert writer.faults[0].startswith("Your answer had characters that cannot be shown. They were left out")
    assert (writer.value("answer"), council.answers) == ("It was on Monday.", [])
    await answer(writer, "It was on Monday.")
    assert [one["words"] for one in council.answers] == ["It was on Monday."]


async def test_the_list_says_of_each_who_when_how_urgent_and_where_it_stands(writer: Reader, council: Council) -> None:
    page = await read(writer, "/sent")
    for told in ("ABC-DEF-G", "Canary Featherstone, born 5 March 2014", "Calwyn Fernshaw, safeguarding lead",
                 "13:00 on 3 April 2026", "Not urgent", "Where it stands: Sent"):  # fmt: skip
        assert told in page
    assert "wait for your answer" not in page
    assert "Canary" not in writer.page.text.partition("<title>")[2].partition("</title>")[0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (RECEIVED, "Where it stands: Received"),
        (TAKEN, "Where it stands: Being decided"),
        ({"standing": "asked", "asked": True}, "Where it stands: They ask you something"),
        ({"standing": "decided", "decision": "early_help"}, "Decided: Early help is being opened"),
        ({"due_at": "2026-04-07T12:00:00Z"}, "Where it stands: Not acknowledged in time"),
        ({"overdue_at": "2026-04-07T12:00:00Z"}, "Where it stands: Not acknowledged in time"),
        ({"standing": "a_new_one"}, "Where it stands: A new one"),
        ({"child": None, "sender_name": None, "sender_role": None}, "Child: Not kept for this one"),
    ],
)
async def test_where_each_stands_is_said_in_words(
    writer: Reader, council: Council, said: dict[str, Any], told: str
) -> None:
    council.found["sent"] = [{**ONE, **said}]
    assert told in await read(writer, "/sent")


async def test_the_list_goes_on_and_says_how_many_wait(writer: Reader, council: Council) -> None:
    council.found = {"sent": [ONE], "more": True, "asked": 2}
    assert "wait for your answer about 2 concerns" in await read(writer, "/sent")
    assert 'href="/sent?after=ABC-DEF-G"' in writer.page.text  # type: ignore[union-attr]
    council.found = {"sent": [], "more": False, "asked": 0}
    assert "There is nothing older" in await read(writer, "/sent?after=ABC-DEF-G")
    assert council.queries == ["", "after=ABC-DEF-G"]
    assert "Your school has sent nothing yet" in await read(writer, "/sent")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "2. Received Not yet. Children's services should acknowledge it by 13:00 on Sunday 7 April 2126"),
        ({}, "3. Being decided Nobody has begun yet 4. Outcome Not yet"),
        (RECEIVED, "2. Received 14:10 on Friday 3 April 2026 by Nadia Orrin"),
        (TAKEN, "3. Being decided Since 14:11 on Friday 3 April 2026 by Nadia Orrin"),
        (ASKED, "3. Being decided They need your answer first"),
        (ASKED, "Children's services asked Why? 15:00 on Friday 3 April 2026 by Nadia Orrin"),
        (DECIDED, "4. Outcome Early help is being opened , 10:00 on Saturday 4 April 2026 by Nadia Orrin A worker"),
        ({**DECIDED, **dict.fromkeys(("acknowledged_at", "acknowledged_by_name"))}, "Decided without a word before"),
        ({"due_at": "2026-04-07T12:00:00Z"}, "should have acknowledged this by 13:00 on Tuesday 7 April 2026"),
    ],
)
async def test_one_has_its_way_from_sent_to_outcome(
    writer: Reader, council: Council, said: dict[str, Any], told: str
) -> None:
    council.one = said
    assert told.replace(" ,", ",") in (await read(writer)).replace(" ,", ",")


async def test_what_was_sent_is_there_word_for_word(writer: Reader, council: Council) -> None:
    page = await read(writer)
    assert "He came in without a coat. Again." in page
    assert "What the child said Not given" in page
    assert "No They were not in." in page


@pytest.mark.parametrize("said", [RECEIVED, DECIDED])
async def test_what_is_acknowledged_or_decided_is_not_late(
    writer: Reader, council: Council, said: dict[str, Any]
) -> None:
    council.one = {**said, "due_at": "2026-04-03T12:30:00Z", "overdue_at": "2026-04-03T12:31:00Z"}
    assert "should have acknowledged" not in await read(writer)


@pytest.mark.parametrize("path", ["/sent/QQQ-QQQ-Q", "/sent/..%2fqueue", "/sent/%00"])
async def test_another_schools_or_none_is_no_page(lead: httpx.AsyncClient, council: Council, path: str) -> None:
    page = await lead.get(path)
    assert (page.status_code, "Page not found" in page.text) == (404, True)


async def test_an_answer_is_sent_and_said_to_be(writer: Reader, council: Council) -> None:
    council.one = ASKED
    await read(writer)
    await answer(writer, "It was cold.\nAnd wet.\u200b")
    assert (writer.page.status_code, writer.page.headers["location"]) == (303, "/sent/ABC-DEF-G?done=answered")  # type: ignore[union-attr]
    assert council.answers == [{"question": 3, "words": "It was cold.\nAnd wet."}]
    assert "Your answer has been sent" in await read(writer, "/sent/ABC-DEF-G?done=answered")


@pytest.mark.parametrize("character", ["a", "é", "字", "𝄞"])
async def test_what_is_too_long_by_one_comes_back_to_be_shortened(
    writer: Reader, council: Council, character: str
) -> None:
    council.one = ASKED
    await read(writer)
    await answer(writer, character * ANSWER_MAX)
    assert len(council.answers) == 1
    await read(writer)
    await answer(writer, character * (ANSWER_MAX + 1))
    assert writer.faults == [f"Your answer must be {ANSWER_MAX} characters or fewer"]
    assert writer.value("answer") == character * (ANSWER_MAX + 1)
    assert len(council.answers) == 1


@pytest.mark.parametrize("nothing", ["", " \u200b", "\u3164"])
async def test_nothing_is_no_answer(writer: Reader, council: Council, nothing: str) -> None:
    council.one = ASKED
    await read(writer)
    await answer(writer, nothing)
    assert writer.faults == ["Enter your answer"]


async def test_a_colleague_was_quicker_and_what_was_typed_is_given_back(writer: Reader, council: Council) -> None:
    council.one = ASKED
    await read(writer)
    council.one, council.refuses = RECEIVED, problem("nothing-asked", 409)
    await answer(writer, "It was cold.")
    assert "are not waiting for this answer any more" in writer.faults[0]
    assert "What you typed, which was not sent It was cold." in writer.text
    assert "3. Being decided Nobody has begun yet" in writer.text


@pytest.mark.parametrize("over", ["time", "signed_out", "access_ended"])
async def test_a_sign_in_that_ended_loses_no_answer(
    writer: Reader, council: Council, neighbours: Neighbours, over: str
) -> None:
    council.one = ASKED
    await read(writer)
    neighbours.over = over
    await answer(writer, "It was cold.")
    assert writer.page.status_code == 401  # type: ignore[union-attr]
    assert "It was cold." not in writer.page.text  # type: ignore[union-attr]
    neighbours.over = None
    sign_in(writer.browser, "another session")
    await writer.send("/typed")
    assert "It was cold." in unescape(writer.page.text)  # type: ignore[union-attr]


async def test_another_school_chosen_in_another_tab_sends_nothing_and_gives_the_answer_back(
    writer: Reader, council: Council, neighbours: Neighbours
) -> None:
    council.one = ASKED
    await read(writer)
    neighbours.acting = dict(LARCHMERE)
    await answer(writer, "It was cold.")
    assert (writer.page.status_code, council.answers) == (403, [])  # type: ignore[union-attr]
    assert "It was cold." in unescape(writer.page.text)  # type: ignore[union-attr]


async def test_an_answer_goes_to_the_question_of_its_page_alone(writer: Reader, council: Council) -> None:
    """The address says nothing of where an answer goes: the sealed field does."""
    council.one = ASKED
    await read(writer)
    await answer(writer, "It was cold.", "/sent/QQQ-QQQ-Q/answer")
    assert writer.page.headers["location"] == "/sent/ABC-DEF-G?done=answered"  # type: ignore[union-attr]


async def test_every_value_stands_in_a_bdi(writer: Reader, council: Council) -> None:
    turned = {name: f"\u202e{value}" for name, value in WRITTEN.items() if isinstance(value, str)}
    names = {"given_name": "\u202eC", "family_name": "\u202eF", "born": "2014-03-05"}
    steps = [{**QUESTION, "words": "\u202eWhy?", "by_name": "\u202eN"}]
    council.one = {
        **ASKED, "written": {**WRITTEN, **turned}, "child": names, "sender_name": "\u202eA", "urgency": "\u202eb",
        "steps": steps, "acknowledged_by_name": "\u202ed", "kind": "\u202ee",
    }  # fmt: skip
    await read(writer)
    page = writer.page.text  # type: ignore[union-attr]
    inside = "".join(re.findall(r"<bdi>.*?</bdi>", page, re.DOTALL))
    assert page.count("\u202e") == inside.count("\u202e") >= 13


LATE = {"due_at": "2026-11-30T10:00:00Z", "overdue_at": "2026-11-30T10:00:05Z"}
HEAD = {
    "escalation_name": "the head of reception", "escalation_phone": "01632 960 150",
    "escalation_email": "head@council.example",
}  # fmt: skip
DAY, NIGHT = "2026-12-01T11:00:00+00:00", "2026-12-01T21:00:00+00:00"


@pytest.mark.parametrize(
    ("moment", "numbers"),
    [(DAY, ["01632 960 150", "01632 960 199"]), (NIGHT, ["01632 960 199", "01632 960 150"])],
)
async def test_the_page_of_a_late_one_names_whom_to_turn_to_the_number_that_answers_now_first(
    writer: Reader, council: Council, app: FastAPI, moment: str, numbers: list[str]
) -> None:
    app.state.pages = Pages(settings(**HEAD), discovered(), Files().folder)
    council.one = LATE
    with time_machine.travel(moment, tick=False):
        page = await read(writer)
    told = page.partition("and give the reference ABC-DEF-G.")[2].partition("Where it stands")[0]
    assert re.findall(r"01632 960 \d+", told) == numbers
    assert "The head of reception head@council.example" in told
    assert told.count("Monday to Friday, 9am to 5pm") == 1


async def test_without_a_contact_of_its_own_a_late_one_names_the_team(writer: Reader, council: Council) -> None:
    council.one = LATE
    with time_machine.travel(NIGHT, tick=False):
        page = await read(writer)
    told = page.partition("and give the reference ABC-DEF-G.")[2].partition("Where it stands")[0]
    assert re.findall(r"01632 960 \d+", told) == ["01632 960 199", "01632 960 100"]
