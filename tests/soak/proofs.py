"""What must be true in the end, looked up in the databases as the administrator and asked of the services as a lead."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx

from tests.soak.leads import AGAIN, Office, Written, asked
from tests.support.people import Person, Portal
from tests.support.until import until

SETTLED_MAX_S = 1800
ANSWER_MAX_S = 60
AT_ONCE = 8
TOLD_MAX = 5
GATES = {"immediate": "telephoned", "significant": "telephoned", "urgent": "worker_told", "not_urgent": "not_urgent"}
"""How each answer of the gate is kept for yesterday's readers."""
INTAKE = """
    SELECT reference, payload::text AS payload, substring(pdf FOR 5) = '%PDF-' AS is_pdf, number
      FROM intake JOIN intake_number USING (reference)
"""
WORDS = (
    "urgency", "called_at", "called_number", "kind", "concern", "child_said", "family", "parents_know", "parents_agree",
    "parents_reason", "done_so_far", "contact",
)  # fmt: skip


@dataclass
class Proof:
    """One thing that must be so: of how many it was asked, and where it is not so."""

    what: str
    asked: int
    wrong: Sequence[str]

    @property
    def line(self) -> str:
        return f"{'ok   ' if not self.wrong else 'WRONG'} {self.asked:>7,}  {self.what}"

    @property
    def told(self) -> list[str]:
        more = len(self.wrong) - TOLD_MAX
        return [*self.wrong[:TOLD_MAX], *([f"and {more} more"] if more > 0 else [])]


@dataclass
class Seen:
    """The tables of the portal, as they are when nothing is on its way any more."""

    referrals: list[Mapping[str, Any]]
    drafts: Mapping[UUID, Mapping[str, Any]]
    made: Counter[str]
    """Entries of ReferralMade in the audit record, by reference."""
    saved: Counter[UUID]
    """Entries of DraftSaved, by draft."""
    transfers: Mapping[str, Mapping[str, Any]] | None
    """By reference; None: this version has no transfer."""
    intake: Sequence[Mapping[str, Any]]
    """What the source's intake holds, each with the source's own number."""
    acknowledged: Counter[str]
    """Entries of TransferAcknowledged, by reference."""

    def under(self, key: UUID) -> list[Mapping[str, Any]]:
        return [row for row in self.referrals if row["idempotency_key"] == key]


async def seen(portal: Portal) -> Seen:
    """The tables of referrals, of the record and of the source."""
    async with portal.sql("referrals") as db:
        referrals = await db.fetch("SELECT * FROM referral ORDER BY made_at")
        drafts = {row["draft_id"]: row for row in await db.fetch("SELECT * FROM draft")}
    transfers = await _transfers(portal)
    return Seen(
        referrals,
        drafts,
        await _entries(portal, "ReferralMade", "reference", str),
        await _entries(portal, "DraftSaved", "draft_id", UUID),
        transfers,
        [] if transfers is None else await _intake(portal),
        await _entries(portal, "TransferAcknowledged", "reference", str),
    )


async def _arrived(portal: Portal) -> list[str]:
    """Waits until every fact is in the record and, if there is transfer, every referral is in the source."""
    try:
        await until(lambda: on_the_way(portal), lambda left: not any(left.values()), SETTLED_MAX_S)
    except AssertionError as error:
        return [str(error)]
    return []


async def on_the_way(portal: Portal) -> dict[str, int]:
    """How much is not yet where it must arrive: facts in the outbox and in the record, referrals in the source."""
    async with portal.sql("referrals") as db:
        outbox = await db.fetchval("SELECT count(*) FROM outbox")
        saves = await db.fetchval("SELECT coalesce(sum(version), 0) FROM draft")
        referrals = await db.fetchval("SELECT count(*) FROM referral")
    async with portal.sql("audit") as record:
        entries = dict(await record.fetch("SELECT kind, count(*) FROM entry GROUP BY kind"))
    transfers = await _transfers(portal)
    wanted = {"ReferralMade": referrals, "DraftSaved": saves}
    if transfers is not None:
        wanted["TransferAcknowledged"] = referrals
    return {"outbox": outbox, **{kind: max(0, count - entries.get(kind, 0)) for kind, count in wanted.items()}}


async def _entries(portal: Portal, kind: str, name: str, of: Callable[[str], Any]) -> Counter[Any]:
    """How many entries of this kind the record holds for each value of this field."""
    async with portal.sql("audit") as record:
        rows = await record.fetch("SELECT body FROM entry WHERE kind = $1", kind)
    return Counter(of(json.loads(row["body"])[name]) for row in rows)


async def _transfers(portal: Portal) -> Mapping[str, Mapping[str, Any]] | None:
    async with portal.sql("referrals") as db:
        if not await db.fetchval("SELECT to_regclass('transfer') IS NOT NULL"):
            return None
        rows = await db.fetch("SELECT reference, transfer.* FROM transfer JOIN referral USING (referral_id)")
    return {row["reference"]: row for row in rows}


async def _intake(portal: Portal) -> Sequence[Mapping[str, Any]]:
    async with portal.sql("council") as source:
        if not await source.fetchval("SELECT to_regclass('intake') IS NOT NULL"):
            return []
        return list(await source.fetch(INTAKE))


async def proofs(portal: Portal, office: Office) -> list[Proof]:
    """All of them; the portal is up and nobody writes any more."""
    late = await _arrived(portal)
    found = await seen(portal)
    sent = [one for one in office.written if one.reference]
    return [
        Proof("everything has arrived", 1, late),
        *of_tables(found, office),
        Proof("nothing is in the dead letters", 1, await _dead(portal)),
        *await _asked_of_the_services(office, sent, found),
    ]


def of_tables(found: Seen, office: Office) -> list[Proof]:
    """Those for which it is enough to have the tables."""
    sent = [one for one in office.written if one.reference]
    return [
        Proof("acts were answered as they may be", office.acts, office.wrong),
        Proof("acknowledged referrals are there, once", len(sent), _there_once(found, sent)),
        Proof("their words are those that were sent", len(sent), _as_sent(found, sent)),
        Proof("referrals have one entry ReferralMade each", len(found.referrals), _recorded_once(found)),
        *_nothing_else(found, office),
        *_drafts_kept(found, office),
        _transferred(found, sent),
    ]


def _there_once(found: Seen, sent: Iterable[Written]) -> list[str]:
    """By key and by reference, with whose it is and about whom."""
    references = Counter(row["reference"] for row in found.referrals)
    wrong = []
    for one in sent:
        rows = found.under(one.draft_id)
        told = [(row["reference"], row["school"], row["child_id"]) for row in rows]
        if told != [(one.reference, one.writer.school, one.plan.pupil.child_id)] or references[one.reference] != 1:
            wrong.append(f"{one.reference}: {len(rows)} under its key, {references[one.reference]} of its reference")
    return wrong


def _as_sent(found: Seen, sent: Iterable[Written]) -> list[str]:
    rows = {row["idempotency_key"]: row for row in found.referrals}
    wrong = {one: _unlike(sent_as(one), rows[one.draft_id]) for one in sent if one.draft_id in rows}
    return [f"{one.reference}: {', '.join(names)}" for one, names in wrong.items() if names]


def sent_as(one: Written) -> dict[str, Any]:
    """What the referral must say, field by field: what its pages said was saved."""
    said = {name: one.saved.get(name) for name in WORDS}
    said["called_at"] = said["called_at"] and datetime.fromisoformat(said["called_at"])
    return {**said, "gate": GATES[one.saved["urgency"]], "lowered_from": one.plan.lowered_from}


def _unlike(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    """The names of the fields that differ; never what is in them."""
    return [name for name, value in wanted.items() if row[name] != value]


def _recorded_once(found: Seen) -> list[str]:
    there = {row["reference"] for row in found.referrals}
    wrong = [f"{name}: {found.made[name]} entries" for name in sorted(there) if found.made[name] != 1]
    return wrong + [f"{name}: an entry, and no referral" for name in found.made.keys() - there]


def _nothing_else(found: Seen, office: Office) -> list[Proof]:
    """What was refused and what nobody sent is not there; what was asked for once is there at most once."""
    may = {one.draft_id for one in office.written if one.reference or one.unsure}
    refused = [one for one in office.written if one.refused and not one.reference]
    keys = {key for one in refused for key in (one.draft_id, one.refused_key)}
    counts = Counter(row["idempotency_key"] for row in found.referrals)
    unsure = [one for one in office.written if one.unsure]
    return [
        Proof("refused referrals are not there", len(refused), [f"key {key}" for key in keys & counts.keys()]),
        Proof("referrals are there only of what was sent", len(counts), [f"key {k}" for k in counts.keys() - may]),
        Proof(
            f"asked once without an answer, at most once there ({sum(counts[one.draft_id] for one in unsure)} are)",
            len(unsure),
            [f"{one.draft_id}: {counts[one.draft_id]}" for one in unsure if counts[one.draft_id] > 1],
        ),
    ]


def _drafts_kept(found: Seen, office: Office) -> list[Proof]:
    begun = [one for one in office.written if one.begun]
    kept = {row["idempotency_key"] for row in found.referrals}
    pages = sum(one.saves for one in begun)
    lost = [f"{one.draft_id}" for one in begun if one.draft_id not in found.drafts]
    fewer = [
        f"{one.draft_id}: {found.drafts[one.draft_id]['version']} of {one.saves}"
        for one in begun
        if one.draft_id in found.drafts and found.drafts[one.draft_id]["version"] < one.saves
    ]
    closed = {key for key, row in found.drafts.items() if row["sent_at"]}
    unrecorded = [
        f"{k}: {found.saved[k]} entries" for k, row in found.drafts.items() if found.saved[k] != row["version"]
    ]
    return [
        Proof("drafts that were begun are there", len(begun), lost),
        Proof("drafts have every page that was said to be saved", pages, fewer),
        Proof("each saving has its entry DraftSaved", found.saved.total(), unrecorded),
        Proof(
            "drafts are closed where their referral is there, and only there",
            len(begun),
            [str(k) for k in closed ^ kept],
        ),
    ]


def _transferred(found: Seen, sent: Sequence[Written]) -> Proof:
    if found.transfers is None:
        return Proof("transferred once: no transfer in this version", 0, [])
    here: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in found.intake:
        here[row["reference"]].append(row)
    odd = {one: _oddly_held(one, here[str(one.reference)], found) for one in sent}
    wrong = [f"{one.reference}: {why}" for one, why in odd.items() if why]
    more = here.keys() - {row["reference"] for row in found.referrals} - {str(one.reference) for one in sent}
    wrong += [f"{reference}: in the intake, and no referral" for reference in sorted(more)]
    return Proof("acknowledged referrals are in the source's intake, once, whole", len(sent), wrong)


def _oddly_held(one: Written, held: Sequence[Mapping[str, Any]], found: Seen) -> str | None:
    """What is wrong with how the source holds it: how often, its number, its words and its PDF, its entry."""
    reference = str(one.reference)
    kept = (found.transfers or {}).get(reference)
    if len(held) != 1 or kept is None:
        return f"{len(held)} in the intake, {'not ' if kept is None else ''}in the table of transfers"
    if kept["source_number"] != held[0]["number"]:
        return f"its number is {held[0]['number']} there, and {kept['source_number']} here"
    if found.acknowledged[reference] != 1:
        return f"{found.acknowledged[reference]} entries TransferAcknowledged"
    told = set(_strings(json.loads(held[0]["payload"])))
    texts = ("concern", "child_said", "family", "parents_reason", "done_so_far", "contact")
    if {one.saved[name] for name in texts if one.saved.get(name)} - told or not held[0]["is_pdf"]:
        return "its words or its PDF are not there"
    return None


def _strings(told: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for value in told.values() if isinstance(told, dict) else told:
            yield from _strings(value)


async def _dead(portal: Portal) -> list[str]:
    letters = json.loads(await portal.command("dead", "list", "--json"))
    return [f"{one['group']}: {one['type']}, {one['error']}" for one in letters]


async def _asked_of_the_services(office: Office, sent: Sequence[Written], found: Seen) -> list[Proof]:
    begun = [one for one in office.written if one.begun]
    people = {id(one.writer): one.writer for one in office.written}.values()
    return [
        Proof("their writers open the drafts, with all that was saved", len(begun), await _each(begun, _opens)),
        Proof("their schools read the referrals, word for word", len(sent), await _each(sent, _reads)),
        Proof("their schools' lists name each once", len(found.referrals), await _listed(people, found)),
    ]


async def _each(those: Sequence[Written], look: Callable[[Written], Awaitable[str | None]]) -> list[str]:
    """What is wrong with any of them, asked a few at a time."""
    some = asyncio.Semaphore(AT_ONCE)

    async def one(written: Written) -> str | None:
        async with some:
            return await look(written)

    return [wrong for wrong in await asyncio.gather(*map(one, those)) if wrong]


async def _opens(one: Written) -> str | None:
    answer = await _got(one.writer, f"/drafts/{one.draft_id}")
    if not answer.is_success:
        return f"{one.draft_id}: answered {answer.status_code}"
    draft = answer.json()
    if draft["sent"]:
        right = draft["sent"]["reference"] == one.reference or one.unsure
        return None if right else f"{one.draft_id}: sent as {draft['sent']['reference']}, told {one.reference}"
    if one.reference:
        return f"{one.draft_id}: acknowledged as {one.reference}, and still a draft"
    unlike = _unlike({name: one.saved.get(name) for name in WORDS} | _moment(one.saved), _read(draft["answers"]))
    return f"{one.draft_id}: other {', '.join(unlike)}" if unlike else None


async def _reads(one: Written) -> str | None:
    answer = await _got(one.writer, f"/sent/{one.reference}")
    if not answer.is_success:
        return f"{one.reference}: answered {answer.status_code}"
    unlike = _unlike(sent_as(one), _read(answer.json()["written"]))
    return f"{one.reference}: other {', '.join(unlike)}" if unlike else None


def _moment(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"called_at": datetime.fromisoformat(said["called_at"])} if said.get("called_at") else {}


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    """An answer's fields, its moment as such."""
    return {**told, **_moment(told)}


async def _listed(people: Iterable[Person], found: Seen) -> list[str]:
    """Each school's list, page by page, as one person of the school reads it."""
    wrong = []
    for school, person in {person.school: person for person in people}.items():
        there = Counter(row["reference"] for row in found.referrals if row["school"] == school)
        listed = await _pages(person)
        wrong += [f"{one} of {school}: {listed[one]} times" for one in (there - listed) + (listed - there)]
    return wrong


async def _pages(person: Person) -> Counter[str]:
    listed: list[str] = []
    while True:
        answer = await _got(person, f"/sent?after={listed[-1]}" if listed else "/sent")
        page = answer.raise_for_status().json()
        listed += [one["reference"] for one in page["sent"]]
        if not page["more"]:
            return Counter(listed)


async def _got(person: Person, path: str) -> httpx.Response:
    """An answer, once there is one."""

    async def got() -> httpx.Response | None:
        try:
            answer = await asked(person, "GET", path)
        except httpx.HTTPError:
            return None
        return None if answer.status_code in AGAIN else answer

    answer = await until(got, lambda answer: answer is not None, ANSWER_MAX_S)
    assert answer is not None
    return answer
