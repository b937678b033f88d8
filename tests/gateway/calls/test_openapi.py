"""What the gateway asks and reads is what the services' OpenAPI documents offer: paths, fields, bounds, addresses."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest

from services.gateway import words
from services.gateway.calls import audit, following, http, identity, lookup, referrals, rolls
from services.gateway.calls.feed import left_out, links
from services.gateway.calls.feed import rolls as uploaded
from services.gateway.calls.http import Away, Behalf
from services.gateway.calls.referrals import attachments, drafts, holds, linking, sent, triage
from services.gateway.journeys.concern.handed import About
from services.gateway.journeys.concern.pages import PAGES
from services.gateway.journeys.triage import typed as officers_typed
from services.gateway.journeys.triage import words as officers
from shared.contracts import Answer, Role
from shared.contracts.audit import EntriesPage, EntryInFull
from shared.contracts.identity import ChallengeGiven, Place, Proved, SignedInPerson
from shared.contracts.lookup import Purpose
from shared.contracts.referrals import Decision, Gate, Urgency, answers, lists
from tests.architecture.tree import ROOT
from tests.gateway import world

Json = dict[str, Any]
Ask = tuple[type[Answer], Callable[[Behalf], Awaitable[object]]]

TERMS = ("person", "school_named", "kind", "purpose", "outcome")


async def no_bytes() -> AsyncIterator[bytes]:
    yield b""


CURSORS = ("after", "before")
"""Of audit's own making: nobody types them."""
PLACE = Place(role="lead", school="999001")
TYPED = dict.fromkeys(("upn", "given_name", "family_name", "born", "purpose", "reason"), "x")
ANSWERS = dict.fromkeys(
    ["urgency", "less_urgent", "called_at", "called_number", *(a for p in PAGES for a in p.answers)], "x"
)
WHY_LISTED = dict.fromkeys(("purpose", "reason"), "x")
BEGUN = dict.fromkeys([*(set(About.model_fields) - {"key"}), "why_not_on_roll"], "x")
DESCRIBED = dict.fromkeys(("upn", "given_name", "family_name", "born"), "x")
QUESTION = dict.fromkeys(["readings", "school", "child", "since", "until", "correlation", *CURSORS, *TERMS], "x")
ASKED: dict[str, Ask] = {
    "sign in": (ChallengeGiven, lambda behalf: identity.Identity(behalf).sign_in("a", "b", "device")),
    "prove a code": (Proved, lambda behalf: identity.Identity(behalf).prove_code("a", "b", "device")),
    "who is it": (SignedInPerson, lambda behalf: identity.Identity(behalf).person()),
    "act for a school": (SignedInPerson, lambda behalf: identity.Identity(behalf).act_for(PLACE)),
    "sign out": (http.Nothing, lambda behalf: identity.Identity(behalf).sign_out()),
    "search": (lookup.SearchReply, lambda behalf: lookup.Lookup(behalf).search(TYPED)),
    "ask what has changed": (following.ChangesReply, lambda behalf: following.Following(behalf).changes(True)),
    "list the roll": (rolls.RollListReply, lambda behalf: rolls.Rolls(behalf).listed(WHY_LISTED, "x")),
    "begin a draft": (drafts.SavedDraft, lambda behalf: drafts.KeptDrafts(behalf).begin(uuid4(), BEGUN)),
    "list drafts": (drafts.SavedDrafts, lambda behalf: drafts.KeptDrafts(behalf).mine()),
    "open a draft": (drafts.SavedDraft, lambda behalf: drafts.KeptDrafts(behalf).open(uuid4())),
    "save a page": (drafts.SavedDraft, lambda behalf: drafts.KeptDrafts(behalf).save(uuid4(), ANSWERS)),
    "throw a draft away": (http.Nothing, lambda behalf: drafts.KeptDrafts(behalf).discard(uuid4())),
    "send a draft": (answers.Receipt, lambda behalf: drafts.KeptDrafts(behalf).make_referral(uuid4())),
    "open a referral": (referrals.OpenedReferral, lambda behalf: referrals.Referrals(behalf).open("ABCDEFG")),
    "announce a file": (
        answers.FileToCome,
        lambda behalf: attachments.Attachments(behalf).add(uuid4(), "a", no_bytes()),
    ),
    "list a draft's files": (
        answers.AttachedFiles,
        lambda behalf: attachments.Attachments(behalf).of_draft(uuid4()),
    ),
    "list a referral's files": (
        answers.AttachedFiles,
        lambda behalf: attachments.Attachments(behalf).of_referral("ABCDEFG"),
    ),
    "remove a file": (http.Nothing, lambda behalf: attachments.Attachments(behalf).remove(uuid4(), uuid4())),
    "read a link": (lists.LinkedReferral, lambda behalf: linking.Links(behalf).read("ABCDEFG")),
    "look for a described child": (
        lists.CandidatesFound,
        lambda behalf: linking.Links(behalf).candidates("ABCDEFG", DESCRIBED),
    ),
    "read holds": (lists.StandingHolds, lambda behalf: holds.Holds(behalf).standing()),
    "hold a referral": (http.Nothing, lambda behalf: holds.Holds(behalf).put("ABCDEFG", "x")),
    "lift a hold": (http.Nothing, lambda behalf: holds.Holds(behalf).lift("ABCDEFG")),
    "link a child": (http.Nothing, lambda behalf: linking.Links(behalf).link("ABCDEFG", 1, uuid4())),
    "list what was sent": (lists.SentList, lambda behalf: sent.Sent(behalf).page("ABC-DEF-G")),
    "list what was sent about a child": (lists.SentList, lambda behalf: sent.Sent(behalf).recent(uuid4(), 14)),
    "read what was sent": (sent.SentWhole, lambda behalf: sent.Sent(behalf).open("ABC-DEF-G")),
    "answer a question": (http.Nothing, lambda behalf: sent.Sent(behalf).answer("ABC-DEF-G", 1, "x")),
    "read the record": (EntriesPage, lambda behalf: audit.Audit(behalf).entries(QUESTION)),
    "read what cannot be used": (
        left_out.UnusableCells,
        lambda behalf: left_out.LeftOutList(behalf).listed("person", "x"),
    ),
    "see how the roll stands": (uploaded.SchoolRoll, lambda behalf: uploaded.SchoolRolls(behalf).standing()),
    "name columns": (http.Nothing, lambda behalf: uploaded.SchoolRolls(behalf).say_columns({"born": "x"})),
    "see what a file changes": (uploaded.SeenPreview, lambda behalf: uploaded.SchoolRolls(behalf).preview(uuid4())),
    "take a roll": (http.Nothing, lambda behalf: uploaded.SchoolRolls(behalf).take(uuid4(), "x")),
    "undo a roll": (http.Nothing, lambda behalf: uploaded.SchoolRolls(behalf).undo(uuid4(), "x")),
    "list pairs of records": (links.RecordPairs, lambda behalf: links.RecordLinks(behalf).listed("waiting")),
    "find pairs of records": (links.RecordPairs, lambda behalf: links.RecordLinks(behalf).of_upn("B801200005001")),
    "see two records": (links.BothRecords, lambda behalf: links.RecordLinks(behalf).both(uuid4())),
    "decide about records": (http.Nothing, lambda behalf: links.RecordLinks(behalf).decide(uuid4(), True, "x")),
    "read one entry": (EntryInFull, lambda behalf: audit.Audit(behalf).entry(uuid4())),
}
REFERENCE = "ABC-DEF-G"
FILTERS = dict.fromkeys((*officers_typed.FILTERS, "after"), "x")
ACTS: dict[str, Callable[[triage.Triage], Awaitable[None]]] = {
    "take": lambda asked: asked.take(REFERENCE, 1),
    "give back": lambda asked: asked.give_back(REFERENCE, 1),
    "acknowledge": lambda asked: asked.acknowledge(REFERENCE, 1),
    "reassign": lambda asked: asked.reassign(REFERENCE, 1, uuid4()),
    "ask the school": lambda asked: asked.ask_school(REFERENCE, 1, "x"),
    "decide": lambda asked: asked.decide(REFERENCE, 1, "assessment", None, "x"),
}
ASKED |= {
    "read the queue": (lists.Queue, lambda behalf: triage.Triage(behalf).queue(FILTERS)),
    "open a referral as an officer": (referrals.OpenedReferral, lambda behalf: triage.Triage(behalf).open(REFERENCE)),
    "name the officers": (lists.OfficersNamed, lambda behalf: triage.Triage(behalf).officers()),
    **{name: (http.Nothing, lambda behalf, act=act: act(triage.Triage(behalf))) for name, act in ACTS.items()},
}
HOSTS = {f"{name}_url": f"http://{name}.test" for name in ("identity", *world.ASKED)}


def document(service: str) -> Json:
    found: Json = json.loads((ROOT / f"docs/openapi/{service}.json").read_text(encoding="utf-8"))
    return found


async def requests(ask: Callable[[Behalf], Awaitable[object]]) -> list[httpx.Request]:
    """What goes over the wire; nothing that comes back can be read but a token."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"token": "a token"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with suppress(Away):
            await ask(Behalf(client, world.settings(**HOSTS), uuid4(), "origin", "secret", PLACE))
    return seen


def operation(request: httpx.Request) -> tuple[Json, Json]:
    """The document of the service that is asked, and of it the operation. Raises StopIteration: there is none."""
    service = document(request.url.host.removesuffix(".test"))
    path = next(path for path in service["paths"] if re.fullmatch(re.sub(r"{\w+}", r"[^/]+", path), request.url.path))
    return service, service["paths"][path][request.method.lower()]


def whole(schema: Json, document: Json) -> Json:
    """What a schema stands for: a reference is followed, and `null` beside another kind passed over."""
    for each in schema.get("anyOf", []):
        if each != {"type": "null"}:
            return whole(each, document)
    found = document
    for step in schema.get("$ref", "").split("/")[1:]:
        found = found[step]
    return schema if found is document else whole(found, document)


def unread(ours: Json, all_ours: Json, theirs: Json, service: Json, where: str = "") -> Iterator[str]:
    """Fields that the gateway reads and the service does not tell, or may leave out though the gateway needs them."""
    ours, theirs = whole(ours, all_ours), whole(theirs, service)
    if "items" in ours:
        yield from unread(ours["items"], all_ours, theirs.get("items", {}), service, f"{where}[]")
    for name, field in ours.get("properties", {}).items():
        told = theirs.get("properties", {})
        if name not in told:
            yield f"{where}/{name} is not told"
        else:
            yield from unread(field, all_ours, told[name], service, f"{where}/{name}")
        if name in ours.get("required", []) and name not in theirs.get("required", []):
            yield f"{where}/{name} may be left out"


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
async def test_what_is_asked_is_offered(ask: Ask) -> None:
    for request in await requests(ask[1]):
        service, offered = operation(request)
        known = {each["name"].lower() for each in offered.get("parameters", []) if each["in"] == "header"}
        asked = {each["name"] for each in offered.get("parameters", []) if each["in"] == "query"}
        assert set(request.url.params) <= asked
        assert {name for name in ("idempotency-key", "x-device", "authorization") if name in request.headers} <= known
        queries = {each["name"] for each in offered.get("parameters", []) if each["in"] == "query"}
        assert set(request.url.params) <= queries
        if request.content:
            body = whole(offered["requestBody"]["content"]["application/json"]["schema"], service)
            assert set(json.loads(request.content)) <= set(body["properties"])


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
async def test_what_is_read_is_told(ask: Ask) -> None:
    kind, asks = ask
    service, offered = operation((await requests(asks))[-1])
    told = next(each for status, each in offered["responses"].items() if status.startswith("2"))
    schema = told.get("content", {}).get("application/json", {}).get("schema", {})
    ours = kind.model_json_schema(ref_template="#/$defs/{model}")
    assert list(unread(ours, ours, schema, service)) == []


@pytest.mark.parametrize(
    ("service", "name", "bounds"),
    [
        ("identity", "SignIn", {"email": identity.EMAIL_MAX, "password": identity.PASSWORD_MAX}),
        (
            "lookup",
            "SearchAsked",
            {
                "upn": lookup.UPN_MAX,
                "given_name": lookup.NAME_MAX,
                "family_name": lookup.NAME_MAX,
                "reason": lookup.REASON_MAX,
            },
        ),
        (
            "referrals",
            "AnswersGiven",
            {
                "concern": referrals.CONCERN_MAX,
                "called_number": referrals.NUMBER_MAX,
                "contact": referrals.CONTACT_MAX,
                **dict.fromkeys(("child_said", "family", "done_so_far", "parents_reason"), referrals.DETAIL_MAX),
            },
        ),
        (
            "referrals",
            "DraftBegun",
            {**dict.fromkeys(("given_name", "family_name"), drafts.NAME_MAX), "why_not_on_roll": referrals.DETAIL_MAX},
        ),
        ("referrals", "HoldAsked", {"reference": holds.HELD_REFERENCE_MAX, "why": holds.HOLD_REASON_MAX}),
        ("referrals", "HoldLifting", {"reference": holds.HELD_REFERENCE_MAX}),
        (
            "referrals",
            "CandidatesAsked",
            {
                "upn": linking.SOUGHT_UPN_MAX,
                **dict.fromkeys(("given_name", "family_name"), linking.SOUGHT_NAME_MAX),
            },
        ),
        ("referrals", "AnswerGiven", {"words": sent.ANSWER_MAX}),
        ("referrals", "AskSchool", {"question": triage.QUESTION_MAX}),
        ("referrals", "Decide", {"for_school": triage.SCHOOL_WORDS_MAX, "for_council": triage.REASON_MAX}),
        ("audit", "ReadEntries", dict.fromkeys(TERMS, audit.TERM_MAX)),
        (left_out.LeftOutList.service, "ReadLeftOut", {"table": left_out.TABLE_MAX}),
        (links.RecordLinks.service, "ReadPairs", {"upn": links.UPN_MAX}),
        ("audit", "AskedChild", dict.fromkeys(("upn", "given_name", "family_name"), audit.TERM_MAX)),
    ],
)
def test_bounds_are_the_services_own(service: str, name: str, bounds: Mapping[str, int]) -> None:
    api = document(service)
    fields = api["components"]["schemas"][name]["properties"]
    theirs = {each: whole(schema, api).get("maxLength") for each, schema in fields.items()}
    assert {each: most for each, most in theirs.items() if most and each not in CURSORS} == bounds


def values(service: str, schema: str, name: str) -> set[str]:
    api = document(service)
    return set(whole(api["components"]["schemas"][schema]["properties"][name], api)["enum"])


def test_each_value_of_a_contract_has_words() -> None:
    assert set(words.ROLES) == set(get_args(Role))
    assert set(words.URGENCY) == set(get_args(Urgency)) == values("referrals", "ReferralAsked", "urgency")
    assert set(words.GATES) == set(get_args(Gate))
    assert set(words.PURPOSES) == set(get_args(Purpose)) == values("lookup", "SearchAsked", "purpose")
    assert (
        set(words.KINDS) == values("referrals", "ReferralAsked", "kind") == values("referrals", "AnswersGiven", "kind")
    )
    assert set(words.PARENTS_AGREE) == values("referrals", "AnswersGiven", "parents_agree")
    assert set(words.STANDINGS) == values("referrals", "SentOne", "standing")
    assert set(words.DECISIONS) == set(get_args(Decision)) == values("referrals", "SentOne", "decision")
    assert set(officers.STANDINGS) - {"overdue"} == values("referrals", "QueueLine", "standing")
    assert set(officers.DECISIONS) == set(get_args(Decision)) == values("referrals", "Decide", "decision")
    assert set(officers.DID) == values("referrals", "HandlingStep", "act")
    assert set(officers.AGREEMENT) == values("referrals", "ReferralInFull", "parents_agree")


def test_each_client_asks_a_service_of_its_own_name() -> None:
    clients = [identity.Identity, lookup.Lookup, referrals.Referrals, audit.Audit]
    assert {sent.Sent.service, triage.Triage.service} == {referrals.Referrals.service}
    assert [client.service for client in clients] == [client.__name__.lower() for client in clients]
    asked = {client.service for client in clients} | {left_out.LeftOutList.service}
    assert {path.stem for path in (ROOT / "docs/openapi").glob("*.json")} == asked
