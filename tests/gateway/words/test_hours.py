"""The number that answers now comes first, on every page that names one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from pydantic import ValidationError

from deploy.services import settings_of
from deploy.trouble import Trouble
from services.gateway.app import service
from services.gateway.files import Files
from services.gateway.frame.rendering import Pages
from services.gateway.journeys import discovered
from services.gateway.settings import Settings
from services.gateway.words import LONDON, Line
from tests.gateway.frame.templates import SOURCES
from tests.gateway.world import DUTY, FOUND, SUPPORT, Neighbours, Reader

OFFICE, NIGHT, TEAM_NIGHT, WORKER = "01632 960 100", "01632 960 199", "01632 960 399", "07700 900101"
TEAM = "01632 960 300"
HOURS = "Mo-Th 08:30-17:00; Fr 08:30-16:30"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.fixture(scope="module")
def council(settings: Settings) -> Settings:
    return settings.model_copy(update={"office_hours": HOURS, "closed_on": frozenset({date(2026, 12, 29)})})


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-30T08:29:59", False),  # a Monday
        ("2026-11-30T08:30", True),
        ("2026-11-30T16:59:59", True),
        ("2026-11-30T17:00", False),
        ("2026-12-04T16:29", True),  # a Friday
        ("2026-12-04T16:30", False),
        ("2026-12-05T11:00", False),  # a Saturday
        ("2026-12-06T11:00", False),
        ("2026-12-25T11:00", False),  # Christmas Day, a Friday
        ("2026-12-28T11:00", False),  # Boxing Day of 2026 is a Saturday, and a Monday is given for it
        ("2026-12-29T11:00", False),  # the council's own day off
        ("2026-12-30T11:00", True),
        ("2026-04-06T11:00", False),  # Easter Monday, which Scotland does not have
        ("2026-08-31T11:00", False),  # the summer bank holiday
        ("2026-03-30T08:30", True),  # the first working day of summer time
        ("2026-03-30T08:29", False),
        ("2026-10-26T16:59", True),  # and of winter time
        ("2026-10-26T17:00", False),
    ],
)
def test_the_office_answers_in_its_hours_and_on_no_holiday(council: Settings, moment: str, is_open: bool) -> None:
    assert council.open_at(at(moment)) is is_open
    first, last = (OFFICE, NIGHT) if is_open else (NIGHT, OFFICE)
    assert [line.phone for line in council.lines(at(moment))] == [first, last]


def test_hours_are_of_england_whatever_the_clock_of_the_server(council: Settings) -> None:
    assert council.open_at(datetime.fromisoformat("2026-07-01T07:30+00:00"))  # 8:30 in England
    assert not council.open_at(datetime.fromisoformat("2026-12-01T07:30+00:00"))


@pytest.mark.parametrize(
    "hours",
    ["", "9 to 5", "Mo-Fr", "Mo-Fr 9:00-17:00", "Mo-Fr 17:00-09:00", "Mon 09:00-17:00", "Mo- 09:00-17:00", "Mo 09:00",
     "Mo-Fr 09:00-17:00;", "Mo-Fr 09:00-25:00"],
)  # fmt: skip
def test_hours_that_no_program_can_read_end_the_start_with_a_sentence(settings: Settings, hours: str) -> None:
    with pytest.raises(ValidationError, match=r"office hours are written like 'Mo-Th 08:30-17:00; Fr 08:30-16:30'"):
        Settings(**{**settings.model_dump(), "office_hours": hours})


def test_a_start_without_readable_hours_names_the_setting_and_says_how_it_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("team", "phone", "hours", "out_of_hours_phone"):
        monkeypatch.setenv(f"GATEWAY_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("GATEWAY_SECRET", "x" * 40)
    monkeypatch.setenv("GATEWAY_OFFICE_HOURS", "9 to 5")
    with pytest.raises(Trouble, match=r"GATEWAY_OFFICE_HOURS \(office hours are written like 'Mo-Th 08:30") as refused:
        settings_of(service.name, service.settings)
    assert "9 to 5" not in str(refused.value)


def test_the_teams_out_of_hours_line_stands_among_the_childs_own(council: Settings) -> None:
    own = (Line(whose="Ione", phone=WORKER), Line(whose="East", phone=TEAM_NIGHT, out_of_hours=True))
    day, night = (council.lines(at(f"2026-11-30T{hour}:00"), own) for hour in (10, 20))
    assert [line.phone for line in day] == [WORKER, OFFICE, TEAM_NIGHT, NIGHT]
    assert [line.phone for line in night] == [TEAM_NIGHT, NIGHT, WORKER, OFFICE]


def test_a_number_that_stands_twice_stands_where_it_answers_first(council: Settings) -> None:
    own = (
        Line(whose="Ione", phone=TEAM), Line(whose="Bram", phone=WORKER), Line(whose="East", phone=TEAM),
        Line(whose="East, out of hours", phone=TEAM, out_of_hours=True),
    )  # fmt: skip
    day, night = (council.lines(at(f"2026-11-30T{hour}:00"), own) for hour in (10, 20))
    assert [line.whose for line in day] == ["Ione", "Bram", "The children's reception team", "Out of hours"]
    assert [line.whose for line in night] == [
        "East, out of hours",
        "Out of hours",
        "Bram",
        "The children's reception team",
    ]


@pytest.mark.parametrize(("moment", "first"), [("2026-11-30T10:00", WORKER), ("2026-11-30T20:00", TEAM)])
async def test_a_teams_one_number_for_day_and_night_stands_where_it_answers(
    writer: Reader, neighbours: Neighbours, moment: str, first: str
) -> None:
    neighbours.answer = {**FOUND, "duty": {**DUTY, "phone": TEAM, "out_of_hours_phone": TEAM}}
    with time_machine.travel(at(moment), tick=False):
        await writer.begin()
        await writer.send(f"{writer.draft}/danger", danger="urgent")
    assert numbers(writer.page.text if writer.page else "")[0] == first


OPEN, SHUT = "2026-11-30T10:00:00+00:00", "2026-11-28T10:00:00+00:00"


def numbers(page: str) -> list[str]:
    """The telephone numbers of a page's main part, in their order; but the one for troubles with the portal itself."""
    found = re.findall(r'href="tel:[0-9]+">(?:<bdi>)?([^<]+)<', page.partition("<main")[2])
    return [number for number in found if number != SUPPORT]


@pytest.mark.parametrize("path", ["/nowhere", "/concern"])
async def test_pages_that_name_a_number_name_the_one_that_answers_now_first(
    browser: httpx.AsyncClient, path: str
) -> None:
    for moment, wanted in ((OPEN, [OFFICE, NIGHT]), (SHUT, [NIGHT, OFFICE])):
        with time_machine.travel(moment, tick=False):
            assert numbers((await browser.get(path)).text) == wanted


@pytest.mark.parametrize(
    ("danger", "by_day", "by_night"),
    [
        ("immediate", ["999", OFFICE, NIGHT], ["999", NIGHT, OFFICE]),
        ("significant", [OFFICE, OFFICE, NIGHT], [NIGHT, NIGHT, OFFICE]),
        (
            "urgent",
            [WORKER, "01632 960 300", OFFICE, TEAM_NIGHT, NIGHT],
            [TEAM_NIGHT, NIGHT, WORKER, "01632 960 300", OFFICE],
        ),
    ],
)
async def test_the_telephone_pages_name_the_number_that_answers_now_first(
    writer: Reader, danger: str, by_day: list[str], by_night: list[str]
) -> None:
    for moment, wanted in ((OPEN, by_day), (SHUT, by_night)):
        with time_machine.travel(moment, tick=False):
            await writer.begin()
            await writer.send(f"{writer.draft}/danger", danger=danger)
            assert numbers(writer.page.text if writer.page else "") == wanted


MOMENTS = [
    # Mondays to Thursdays 08:30 to 17:00, Fridays to 16:30, but for bank holidays and the 29th of December.
    ("2026-11-30T00:00", False), ("2026-11-30T08:29:59", False), ("2026-11-30T08:30", True),
    ("2026-11-30T12:00", True), ("2026-11-30T16:59:59", True), ("2026-11-30T17:00", False),
    ("2026-11-30T23:59", False), ("2026-12-03T16:45", True), ("2026-12-04T16:29", True),
    ("2026-12-04T16:30", False), ("2026-12-04T16:45", False), ("2026-12-05T11:00", False),
    ("2026-12-06T11:00", False), ("2026-12-25T11:00", False), ("2026-12-28T11:00", False),
    ("2026-12-29T11:00", False), ("2026-12-30T11:00", True), ("2026-04-03T11:00", False),
    ("2026-04-06T11:00", False), ("2026-08-31T11:00", False), ("2026-03-30T08:30", True),
    ("2026-03-30T08:29", False), ("2026-10-26T16:59", True), ("2026-10-26T17:00", False),
]  # fmt: skip
"""At 24 times of day and week, in London: whether the office answers."""
FIRST = {True: OFFICE, False: NIGHT}
ANSWERS: dict[str, dict[str, Any]] = {
    "call_team": {"outcome": "call_team"},
    "not_current": {"outcome": "not_current", "as_of": None},
    "not_on_roll": {"outcome": "not_on_roll"},
    "narrow": {"outcome": "narrow"},
    "no worker": {**FOUND, "outcome": "no_open_case", "workers": [], "duty": None},
    "a case without a worker": {**FOUND, "workers": [], "duty": None},
}


@pytest.fixture
def at_the_council(app: FastAPI, council: Settings) -> None:
    """Pages of a council with those hours, and with somebody who answers for what is late."""
    app.state.pages = Pages(council, discovered(), Files().folder)


@pytest.mark.usefixtures("at_the_council")
@pytest.mark.parametrize("path", ["/nowhere", "/help", "/accessibility", "/concern"])
async def test_every_page_that_anybody_opens_names_first_the_number_that_answers(
    browser: httpx.AsyncClient, path: str
) -> None:
    for moment, is_open in MOMENTS:
        with time_machine.travel(at(moment), tick=False):
            shown = numbers((await browser.get(path)).text)
        assert shown[0] == FIRST[is_open], moment
        assert set(shown) == {OFFICE, NIGHT}, moment


@pytest.mark.usefixtures("at_the_council")
@pytest.mark.parametrize("outcome", ANSWERS)
async def test_every_answer_names_first_the_number_that_answers(
    writer: Reader, neighbours: Neighbours, outcome: str
) -> None:
    neighbours.answer = ANSWERS[outcome]
    for moment, is_open in MOMENTS:
        with time_machine.travel(at(moment), tick=False):
            neighbours.ends_at = datetime.now(UTC) + timedelta(minutes=30)
            await writer.find()
        assert numbers(writer.page.text if writer.page else "")[0] == FIRST[is_open], moment


@pytest.mark.usefixtures("at_the_council")
async def test_who_has_a_worker_is_told_first_who_answers_now(writer: Reader, neighbours: Neighbours) -> None:
    """The worker in office hours; else the team's line for the night, before the worker's own number."""
    for moment, is_open in MOMENTS:
        with time_machine.travel(at(moment), tick=False):
            neighbours.ends_at = datetime.now(UTC) + timedelta(minutes=30)
            await writer.find()
        page = writer.page.text if writer.page else ""
        assert numbers(page)[0] == (WORKER if is_open else TEAM_NIGHT), moment
        assert ("It is out of hours now" in page) is not is_open, moment


def test_what_is_late_names_first_who_answers_now(council: Settings) -> None:
    head = {"escalation_name": "the head of reception", "escalation_phone": TEAM}
    late = council.model_copy(update=head)
    for moment, is_open in MOMENTS:
        lines = late.escalation(at(moment))
        assert [line.phone for line in lines] == ([TEAM, NIGHT] if is_open else [NIGHT, TEAM]), moment
        assert next(line for line in lines if line.phone == TEAM).hours == council.hours


@pytest.mark.parametrize(
    "said",
    [{"escalation_name": "Somebody"}, {"escalation_phone": "01632 960 150"}, {"escalation_email": "a@b.example"}],
)
def test_whom_to_turn_to_has_a_name_and_a_number_or_an_address(settings: Settings, said: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="GATEWAY_ESCALATION_NAME with"):
        Settings(**{**settings.model_dump(), **said})


OF_THE_COUNCIL = re.compile(r"council\.(phone|out_of_hours_phone|escalation_phone|lines|escalation)\b")
"""What names a number of the council's."""
OWN_NUMBERS = {
    "find/answers/found.html": "a worker's, below `out_of_hours`",
    "triage/shown.html": "a worker's, below `out_of_hours`; and whom the school called",
    "concern/parts.html": "those that the gate has put in order",
}
"""Pages that show other numbers."""


@pytest.mark.parametrize("template", SOURCES)
def test_no_page_puts_numbers_in_an_order_of_its_own(template: str) -> None:
    """They come from parts.html, which asks what answers now."""
    if template == "parts.html":
        return
    assert OF_THE_COUNCIL.search(SOURCES[template]) is None
    assert "parts.phone(" not in SOURCES[template] or template in OWN_NUMBERS


@pytest.mark.parametrize("template", ["find/answers/found.html", "triage/shown.html"])
def test_a_page_with_workers_numbers_says_before_them_who_answers_now(template: str) -> None:
    source = SOURCES[template].partition("{% block content %}" if template.startswith("find") else "{% macro workers")[
        2
    ]
    assert (
        -1
        < source.find("parts.out_of_hours(")
        < source.find("for " + ("worker in answer" if template.startswith("find") else "one in child"))
    )
