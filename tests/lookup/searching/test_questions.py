"""A malformed question is told what to mend; nothing is searched, recorded or echoed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.lookup.world import UPN, Lookup, by_name, child

ONE = "Enter a UPN, or a first name, last name and date of birth"
LENGTH = "The UPN must be 13 characters"
LETTER = "The UPN's check letter does not match. Check the first letter and the digits"
NOT_BOTH = "Enter a UPN, or a name and date of birth, not both"
REAL_DATE = "Date of birth must be a real date"
W: dict[str, Any] = {"purpose": "welfare"}


@pytest.mark.parametrize(
    ("body", "where", "why"),
    [
        (W, "/upn", ONE),
        ({**W, "upn": "", "given_name": " "}, "/upn", ONE),
        ({**W, "upn": "B80120000500"}, "/upn", LENGTH),
        ({**W, "upn": "A801200005001"}, "/upn", LETTER),
        ({**W, "upn": "B8O1200005001"}, "/upn", "The UPN must be a letter and 12 digits (the last may be a letter)"),
        ({**W, "upn": UPN, **by_name()}, "/upn", NOT_BOTH),
        ({**W, "upn": UPN, "born": "2014-04-03"}, "/upn", NOT_BOTH),
        ({**W, "given_name": "Mira", "family_name": "O'Quillane"}, "/born", "Enter a date of birth too"),
        ({**W, "family_name": "O'Quillane", "born": "2014-04-03"}, "/given_name", "Enter a first name"),
        ({**W, **by_name(family_name="\u200b\u3164")}, "/family_name", "Enter a last name"),
        ({**W, "born": "2014-04-03"}, "/given_name", "Enter a first name"),
        ({**W, **by_name(born=date.today() + timedelta(days=2))}, "/born", "Date of birth must be in the past"),
        ({**W, **by_name(born=date(1899, 12, 31))}, "/born", REAL_DATE),
        ({**W, **by_name(), "born": 1396483200}, "/born", REAL_DATE),
        ({**W, **by_name(), "born": "1396483200"}, "/born", REAL_DATE),
        ({**W, **by_name(), "born": "2014-02-30"}, "/born", REAL_DATE),
        ({"upn": UPN}, "/purpose", "This is required"),
        ({"upn": UPN, "purpose": "curiosity"}, "/purpose", None),
        ({"upn": UPN, "purpose": "other"}, "/reason", "Say why you are looking"),
        ({"upn": UPN, "purpose": "other", "reason": "   "}, "/reason", "Say why you are looking"),
        ({"upn": UPN, "purpose": "other", "reason": "x" * 201}, "/reason", None),
        ({**W, **by_name("x" * 101)}, "/given_name", None),
        ({**W, "upn": UPN, "canaryfield": 1}, "", "There is a field here that is not known"),
        ({**W, **by_name("Mi\x00ra")}, "", "Text must not contain the NUL character"),
        ({**W, "upn": 8012000050011}, "/upn", None),
        ({**W, "upn": ["canary"]}, "/upn", None),
    ],
)
async def test_a_fault_is_told_with_its_field_and_its_sentence(
    lookup: Lookup, body: dict[str, Any], where: str, why: str | None
) -> None:
    await lookup.keep(child())
    response = await lookup.web.post("/searches", body, lookup.who)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    said = {each["where"]: each["why"] for each in response.json()["errors"]}
    assert where in said
    assert why is None or said[where] == why
    assert not [word for word in ("Mira", "Quillane", "canary", UPN, "xxxx") if word in response.text]
    assert await lookup.facts() == []


async def test_all_faults_are_told_at_once(lookup: Lookup) -> None:
    response = await lookup.web.post("/searches", {"purpose": "other", "given_name": "Mira"}, lookup.who)
    assert {each["where"] for each in response.json()["errors"]} == {"/family_name", "/born", "/reason"}


async def test_without_a_token_nothing_is_asked_or_recorded(lookup: Lookup) -> None:
    response = await lookup.web.client.post("/searches", json={**W, "upn": UPN})
    assert response.status_code == 401
    assert await lookup.facts() == []


async def test_a_reason_is_recorded_only_with_the_purpose_other(lookup: Lookup) -> None:
    await lookup.search(upn=UPN, reason="for no purpose")
    assert [fact["reason"] for fact in await lookup.facts()] == [None]
