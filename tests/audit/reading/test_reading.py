"""The data protection officer reads the record: every filter, every page, and each reading recorded first."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.audit import AuditRead
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from tests.audit.world import NOON, OFFICER, minutes, project, received, refusal, search, unknown, write
from tests.support.databases import Clone
from tests.support.web import SCHOOL, Web, caller

AISHA, BO, CHILD, TWIN = uuid4(), uuid4(), uuid4(), uuid4()
ACT = uuid4()
BORN = date(2014, 4, 3)
NAMED = {"given_name": "Siân", "family_name": "O'Neill", "born": BORN}


@pytest.fixture(autouse=True)
async def recorded(audit: Clone) -> None:
    """Seven entries, a minute apart: 0 and 1 are one act of Aisha's, 5 is of two children, 6 of an unknown type."""
    await write(
        audit,
        received(search(actor=AISHA, children=(CHILD,)), NOON, ACT),
        received(refusal(actor=AISHA, children=(CHILD,)), NOON + minutes(1), ACT),
        received(search(actor=BO, children=(TWIN,), purpose="records", school="999002"), NOON + minutes(2)),
        received(search(actor=BO, children=(), outcome="not_on_roll"), NOON + minutes(3)),
        received(search(actor=uuid4(), children=(uuid4(),), outcome="call_team"), NOON + minutes(4)),
        received(search(actor=BO, children=(CHILD, TWIN), outcome="narrow"), NOON + minutes(5)),
        unknown(b'{"outcome": "withdrawn"}'),
    )
    await project(
        audit,
        Account(account_id=AISHA, name="Aisha Khan", revision=1), Account(account_id=BO, name="Bo Khánová", revision=1),
        School(urn=SCHOOL, name="Hill School", revision=1),
        Child(child_id=CHILD, upn="B801200005001", former_upns=("L850200023001",), revision=1, **NAMED),
        Child(child_id=TWIN, upn=None, revision=1, **NAMED),
    )  # fmt: skip


async def found(web: Web, **ask: Any) -> list[int]:
    """Which entries are shown, by the minute at which they happened; the unknown one is from noon: -1."""
    answer = await web.post("/readings", ask, OFFICER)
    assert answer.status_code == 200, answer.text
    return [-1 if not e["known"] else int(e["at"][14:16]) for e in answer.json()["entries"]]


async def told(audit: Clone) -> list[AuditRead]:
    """The readings that were recorded, in order."""
    rows = await audit.rows("SELECT body FROM outbox ORDER BY seq")
    return [AuditRead.model_validate_json(row["body"]) for row in rows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "minutes_found"),
    [
        ({}, [5, 4, 3, 2, 1, -1, 0]),
        ({"person": "aisha"}, [1, 0]),
        ({"person": "AISHA  Khan"}, [1, 0]),
        ({"person": "khan"}, [5, 3, 2, 1, 0]),
        ({"person": "sha kha"}, [1, 0]),
        ({"person": "nobody"}, []),
        ({"person": "%"}, []),
        ({"school": "999002"}, [2]),
        ({"school": "999009"}, []),
        ({"child": {"upn": "b801 2000 05001"}}, [5, 1, 0]),
        ({"child": {"upn": "L850200023001"}}, [5, 1, 0]),
        ({"child": {"upn": "V850100015012"}}, []),
        ({"child": {"given_name": "sian", "family_name": "ONEILL", "born": "2014-04-03"}}, [5, 2, 1, 0]),
        ({"child": {"given_name": "sian", "family_name": "oneill", "born": "2014-04-04"}}, []),
        ({"kind": "ReferralRefused"}, [1]),
        ({"kind": "SearchWithdrawn"}, [-1]),
        ({"purpose": "records"}, [2]),
        ({"outcome": "call_team"}, [4]),
        ({"correlation": str(ACT)}, [1, 0]),
        ({"since": "2026-04-03T12:04:00Z"}, [5, 4]),
        ({"until": "2026-04-03T12:01:00Z"}, [-1, 0]),
        ({"since": "2026-04-03T13:01:00+01:00", "until": "2026-04-03T12:03:00Z"}, [2, 1]),
        ({"person": "khan", "child": {"upn": "B801200005001"}}, [5, 1, 0]),
        ({"person": "bo", "child": {"upn": "B801200005001"}}, [5]),
        ({"person": "nobody", "child": {"upn": "B801200005001"}}, []),
        ({"person": "bo", "outcome": "narrow", "kind": "SearchMade", "school": SCHOOL, "purpose": "welfare"}, [5]),
        ({"child": {"upn": "B801200005001"}, "kind": "ReferralRefused", "since": "2026-04-03T12:00:30Z"}, [1]),
    ],
)
async def test_each_filter_finds_its_entries_and_no_others(
    web: Web, ask: dict[str, Any], minutes_found: list[int]
) -> None:
    assert await found(web, **ask) == minutes_found


async def test_an_entry_is_shown_with_names_and_its_body(web: Web) -> None:
    answer = await web.post("/readings", {"kind": "SearchMade", "until": "2026-04-03T12:01:00Z"}, OFFICER)
    [entry] = answer.json()["entries"]
    assert entry["actor"] == {"id": str(AISHA), "name": "Aisha Khan", "role": "lead"}
    assert entry["school"] == {"urn": SCHOOL, "name": "Hill School"}
    assert entry["children"] == [
        {"child_id": str(CHILD), "name": "Siân O'Neill", "born": "2014-04-03", "now": "Siân O'Neill"}
    ]
    assert (entry["purpose"], entry["outcome"], entry["correlation"]) == ("welfare", "found", str(ACT))
    assert entry["body"]["asked"]["upn"] == "B801200005001"
    assert entry["body"]["shown"]["given_name"] == "Robin"
    assert "index" not in entry


async def test_a_name_that_is_not_known_is_no_reason_to_hide_an_entry(web: Web) -> None:
    answer = await web.post("/readings", {"outcome": "call_team"}, OFFICER)
    [entry] = answer.json()["entries"]
    assert entry["actor"]["name"] is None
    assert [child["name"] for child in entry["children"]] == [None]


async def test_a_reading_is_recorded_with_who_what_was_asked_and_what_was_shown(audit: Clone, web: Web) -> None:
    answer = await web.post("/readings", {"person": "Aisha", "child": {"upn": "B801200005001"}}, OFFICER)
    [fact] = await told(audit)
    assert (fact.actor, fact.role, fact.outcome, fact.entries) == (
        OFFICER.account,
        "data_protection_officer",
        "shown",
        2,
    )
    assert [str(id) for id in fact.shown] == [entry["entry_id"] for entry in answer.json()["entries"]]
    assert (fact.asked.person, fact.asked.person_named) == (AISHA, "Aisha")
    assert fact.asked.child == CHILD
    assert fact.asked.child_sought is not None
    assert fact.asked.child_sought.upn == "B801200005001"
    assert fact.children == (CHILD,)


async def test_a_reading_names_the_children_that_stood_beside_its_entries(audit: Clone, web: Web) -> None:
    await web.post("/readings", {"person": "bo"}, OFFICER)
    assert set((await told(audit))[0].children) == {CHILD, TWIN}


async def test_a_reading_that_finds_nothing_is_recorded_too(audit: Clone, web: Web) -> None:
    await web.post("/readings", {"child": {"upn": "V850100015012"}}, OFFICER)
    [fact] = await told(audit)
    assert (fact.outcome, fact.entries, fact.asked.child) == ("not_found", 0, None)


async def test_the_reading_has_the_requests_correlation(audit: Clone, web: Web) -> None:
    correlation = uuid4()
    answer = await web.client.post("/readings", json={}, headers=web.bearer(OFFICER, correlation))
    assert answer.headers["x-correlation-id"] == str(correlation)
    assert await audit.value("SELECT headers->>'ce_correlation' FROM outbox") == str(correlation)


@pytest.mark.parametrize("path", ["/readings", "/readings/entry"])
async def test_no_record_no_answer(audit: Clone, web: Web, path: str) -> None:
    entry_id = await audit.value("SELECT entry_id FROM entry WHERE index = 0")
    await audit.execute("REVOKE INSERT ON outbox FROM portal_service")
    answer = await web.post(path, {"entry_id": str(entry_id)} if path.endswith("entry") else {}, OFFICER)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-record")
    assert "entries" not in answer.text
    assert "Aisha" not in answer.text


async def test_no_commit_no_answer(audit: Clone, web: Web) -> None:
    await audit.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    answer = await web.post("/readings", {}, OFFICER)
    assert answer.status_code == 503
    assert "Aisha" not in answer.text


async def test_one_entry_comes_with_everything_of_the_same_act(audit: Clone, web: Web) -> None:
    entry_id = await audit.value("SELECT entry_id FROM entry WHERE index = 1")
    answer = (await web.post("/readings/entry", {"entry_id": str(entry_id)}, OFFICER)).json()
    assert answer["entry"]["entry_id"] == str(entry_id)
    assert [entry["kind"] for entry in answer["same_act"]] == ["SearchMade", "ReferralRefused"]
    [fact] = await told(audit)
    assert (fact.asked.entry, fact.outcome, fact.entries, fact.children) == (entry_id, "shown", 2, (CHILD,))


async def test_an_unknown_entry_is_not_found_and_that_is_a_fact(audit: Clone, web: Web) -> None:
    missing = uuid4()
    answer = await web.post("/readings/entry", {"entry_id": str(missing)}, OFFICER)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/entry-not-found")
    [fact] = await told(audit)
    assert (fact.asked.entry, fact.outcome, fact.entries) == (missing, "not_found", 0)


async def test_a_name_that_many_have_is_refused_and_recorded(audit: Clone, web: Web) -> None:
    await project(audit, *(Account(account_id=uuid4(), name=f"Sam {n}", revision=1) for n in range(51)))
    answer = await web.post("/readings", {"person": "sam"}, OFFICER)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/too-many-meant")
    assert [fact.outcome for fact in await told(audit)] == ["narrow"]


@pytest.mark.parametrize(
    "role", ["lead", "headteacher", "account_administrator", "triage_officer", "operator"]
)  # fmt: skip
@pytest.mark.parametrize("path", ["/readings", "/readings/entry"])
async def test_nobody_but_the_officer_reads(audit: Clone, web: Web, role: Any, path: str) -> None:
    answer = await web.post(path, {}, caller(role))
    assert answer.status_code in (403, 422)
    assert (await web.post("/readings", {}, caller(role))).status_code == 403
    assert await told(audit) == []


async def test_nobody_reads_without_a_token(web: Web) -> None:
    assert (await web.client.post("/readings", json={})).status_code == 401


async def test_an_officer_whose_session_has_ended_reads_nothing(audit: Clone, web: Web) -> None:
    await audit.execute("INSERT INTO access_session VALUES ($1, now(), 1)", OFFICER.session)
    answer = await web.post("/readings", {}, OFFICER)
    assert answer.status_code == 401
    assert await told(audit) == []


@pytest.mark.parametrize(
    ("ask", "where"),
    [
        ({"person": ""}, "/person"),
        ({"person": "x" * 201}, "/person"),
        ({"person": "a\0b"}, ""),
        ({"school": "12"}, "/school"),
        ({"child": {}}, "/child"),
        ({"child": {"given_name": "Siân"}}, "/child"),
        ({"child": {"upn": "B801200005001", "born": "2014-04-03"}}, "/child"),
        ({"child": {"given_name": "Siân", "family_name": "O'Neill", "born": "2014-02-30"}}, "/child/born"),
        ({"correlation": "that one"}, "/correlation"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-04-03T12:00:00"}, "/since"),
        ({"after": "a", "before": "b"}, ""),
        ({"surname": "x"}, ""),
    ],
)
async def test_a_malformed_question_is_answered_with_what_to_mend_and_nothing_is_read(
    audit: Clone, web: Web, ask: dict[str, Any], where: str
) -> None:
    answer = await web.post("/readings", ask, OFFICER)
    assert answer.status_code == 422
    assert where in [error["where"] for error in answer.json()["errors"]]
    assert "Siân" not in json.dumps(answer.json(), ensure_ascii=False)
    assert await told(audit) == []


async def test_any_officer_by_any_id_is_found_in_the_record_of_readings(audit: Clone, web: Web) -> None:
    """A reading is received like any other fact, and then it is an entry."""
    await web.post("/readings", {"person": "bo"}, OFFICER)
    [fact] = await told(audit)
    await write(audit, received(fact, NOON + minutes(9), UUID(int=9)))
    assert await found(web, kind="AuditRead") == [9]
    assert await found(web, child={"upn": "B801200005001"}) == [9, 5, 1, 0]
