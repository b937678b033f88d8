"""Referrals a second and how long each takes, with and without a file, beside one committed insert of the same bytes;
and the officers' queue with a hundred thousand of them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import queued, rounds
from bench.client import Lead
from bench.figures import Figure, Measured
from bench.load import Request
from bench.portal import BenchFailed, Portal, looking, recorded, until
from bench.rounds import Rounds, Shape, Target, by_turns
from bench.searches import peer

FILE_BYTES = 1_000_000
CHILDREN_MAX = 500
RECORDED_MAX_S = 180.0
BESIDE = "bare endpoint, one committed insert of the same bytes"
# What a lead writes: some two thousand characters, as long as such a letter is.
WORDS = "Came in without a coat again, and had not eaten. Said that nobody was up this morning. " * 12
ON_ROLL = """
    SELECT child_id, given_name, family_name, born::text FROM roll JOIN child USING (child_id)
     WHERE school = $1 AND ends IS NULL AND NOT perhaps AND NOT gone AND isfinite(born)
     ORDER BY child_id LIMIT $2
"""


@dataclass(frozen=True)
class Sending:
    """One way in which a referral is sent, and what the peer is given in its place."""

    name: str
    turn: list[Request]
    peers: list[Request]


async def measure(portal: Portal, shape: Shape, queue: int) -> Measured:
    """Ours and the peer's by turns, each way; then the queue with so many referrals in it."""
    lead = await Lead.signed_in(portal, "referrals")
    told = Measured()
    for way in ways(await children(portal, lead.school), portal.home):
        seen = await _by_turns(portal, lead, way, shape)
        told.figures += figures(way.name, seen, shape.concurrency)
        told.raw[way.name] = rounds.raw(seen)
    told.faults = await _unrecorded(portal)
    page = await queued.measure(portal, queue)
    return Measured(told.figures + page.figures, told.raw | page.raw, told.faults)


async def children(portal: Portal, school: str) -> list[dict[str, Any]]:
    async with looking(portal.admin("referrals")) as referrals:
        rows = await referrals.fetch(ON_ROLL, school, CHILDREN_MAX)
    if not rows:
        raise BenchFailed("the lead's school has no child on its roll")
    return [{name: str(value) for name, value in row.items()} for row in rows]


def ways(children: Sequence[dict[str, Any]], home: Path) -> list[Sending]:
    """In one piece; and as a person does it who adds a file: begun, the file added, written, sent."""
    whole = [json.dumps({"child_id": child["child_id"], "child": _named(child), **ANSWERS}) for child in children]
    file, together = home / "letter.pdf", home / "letter.bytes"
    file.write_bytes(pdf(FILE_BYTES))
    together.write_bytes(whole[0].encode() + file.read_bytes())
    return [
        Sending("referrals", [Request("POST", "/referrals", whole, keyed=True)], [Request("POST", "/bytes", whole)]),
        Sending(
            "referrals with a file of 1 MB", _with(file, children), [Request("POST", "/bytes", file=str(together))]
        ),
    ]


def _with(file: Path, children: Sequence[dict[str, Any]]) -> list[Request]:
    attachments = "/drafts/{key}/attachments"
    return [
        Request("POST", "/drafts", [json.dumps(child) for child in children], keyed=True),
        Request("POST", attachments, [json.dumps({"name": "letter.pdf"})], keeps="attachment_id"),
        Request("PUT", attachments + "/{attachment_id}/content", file=str(file), headers=BYTES),
        Request("PUT", "/drafts/{key}/answers", [json.dumps(ANSWERS)]),
        Request("POST", "/drafts/{key}/sending"),
    ]


PAGE = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
)
BYTES = {"content-type": "application/octet-stream"}
ANSWERS: dict[str, Any] = {
    "urgency": "not_urgent", "kind": "concern", "concern": WORDS, "done_so_far": WORDS[:500], "parents_know": True,
    "parents_agree": "agreed", "contact": "01632 960100",
}  # fmt: skip


def _named(child: dict[str, Any]) -> dict[str, Any]:
    return {name: child[name] for name in ("given_name", "family_name", "born")}


def pdf(size: int) -> bytes:
    """A document of one page with so many bytes in it that do not compress."""
    filled = b"9 0 obj<</Length %d>>stream\n" % size + os.urandom(size) + b"\nendstream endobj\n"
    return PAGE + filled + b"trailer<</Root 1 0 R/Size 4>>\nstartxref\n0\n%%EOF\n"


async def _by_turns(portal: Portal, lead: Lead, way: Sending, shape: Shape) -> Rounds:
    async def settle(name: str, seen: dict[str, Any]) -> None:
        await _all_recorded(portal)

    async with peer(portal, "referrals", "/bytes") as theirs:
        ours = Target(portal.places.url("referrals"), "", portal.pid("referrals"))
        return await by_turns(portal, lead, {"ours": (ours, way.turn), "peer": (theirs, way.peers)}, shape, settle)


async def _all_recorded(portal: Portal) -> None:
    """Return when audit has an entry for each referral, so that no round pays for the one before it."""

    async def done() -> bool:
        return not await _unrecorded(portal)

    await until(done, "every referral is in the audit record", RECORDED_MAX_S)


async def _unrecorded(portal: Portal) -> list[str]:
    async with looking(portal.admin("referrals")) as referrals:
        kept = int(await referrals.fetchval("SELECT count(*) FROM referral"))
    entries = await recorded(portal, "ReferralMade")
    return [] if entries == kept else [f"{kept} referrals, {entries} entries"]


def figures(name: str, seen: Rounds, concurrency: int) -> list[Figure]:
    return [
        Figure(f"{name}, {concurrency} at once", "/s", *rounds.middles(rounds.rates(seen)), BESIDE),
        Figure(f"{name}, p99", "ms", *rounds.middles(rounds.highs(seen)), BESIDE),
        Figure(f"CPU of the service, {name}, each", "ms", *rounds.middles(rounds.cpu(seen)), BESIDE),
    ]
