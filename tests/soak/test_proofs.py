"""Whatever a run of the soak could find to be wrong, its proofs find: each is shown tables in which that is so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from uuid import UUID, uuid4

import httpx
import pytest

from tests.soak.leads import Office, Written
from tests.soak.plan import Planning, Pupil
from tests.soak.proofs import Seen, of_tables, sent_as
from tests.support.people import Person

SCHOOL = "999001"
NUMBER = "CS-000001"


class World:
    """A lead wrote three: one was sent, one is a draft, one was refused; and every table is as it must be."""

    def __init__(self) -> None:
        pupils = [Pupil(uuid4(), "Mirela", "Thornwick", "2014-03-05")]
        planning = Planning(Random(1), 1, {SCHOOL: pupils, "999002": pupils}, datetime.now(UTC))
        writer = Person("lead", SCHOOL, "", {}, httpx.AsyncClient())
        self.sent, self.kept, self.refused = (Written(planning.plan(SCHOOL), writer) for _ in range(3))
        self.sent.reference = "ABC-DEF-G"
        self.refused.refused, self.refused.refused_key = True, uuid4()
        for one in (self.sent, self.kept):
            one.begun, one.saved, one.saves = True, dict(one.plan.answers), len(one.plan.pages)
        self.office = Office(planning, 3, [self.sent, self.kept, self.refused])
        self.row = self.referral(self.sent.draft_id, "ABC-DEF-G")
        self.seen = Seen(
            [self.row],
            {one.draft_id: {"version": one.saves, "sent_at": one.reference} for one in (self.sent, self.kept)},
            Counter({"ABC-DEF-G": 1}),
            Counter({one.draft_id: one.saves for one in (self.sent, self.kept)}),
            {"ABC-DEF-G": {"source_number": NUMBER}},
            [self.held()],
            Counter({"ABC-DEF-G": 1}),
        )

    def referral(self, key: UUID, reference: str) -> dict[str, object]:
        child = self.sent.plan.pupil.child_id
        about = {"reference": reference, "idempotency_key": key, "school": SCHOOL, "child_id": child}
        return {**sent_as(self.sent), **about}

    def held(self, **other: object) -> dict[str, object]:
        payload = json.dumps({"written": self.sent.saved})
        return {"reference": "ABC-DEF-G", "payload": payload, "is_pdf": True, "number": NUMBER, **other}

    @property
    def wrong(self) -> set[str]:
        """The first four words of each proof that fails."""
        return {" ".join(proof.what.split()[:4]) for proof in of_tables(self.seen, self.office) if proof.wrong}


def twice(world: World) -> None:
    """The same form made two referrals."""
    world.seen.referrals.append({**world.row, "reference": "XYZ-XYZ-X"})
    world.seen.made["XYZ-XYZ-X"] = 1


def other_words(world: World) -> None:
    world.seen.referrals[0] = {**world.row, "concern": "of another child"}


def refused_and_there(world: World) -> None:
    assert world.refused.refused_key
    world.seen.referrals.append(world.referral(world.refused.refused_key, "XYZ-XYZ-X"))
    world.seen.made["XYZ-XYZ-X"] = 1


def draft_sent_by_nobody(world: World) -> None:
    world.seen.referrals.append(world.referral(world.kept.draft_id, "XYZ-XYZ-X"))
    world.seen.made["XYZ-XYZ-X"] = 1


def fewer_pages(world: World) -> None:
    world.seen.drafts = {**world.seen.drafts, world.kept.draft_id: {"version": world.kept.saves - 1, "sent_at": None}}


BREAKS: dict[str, tuple[Callable[[World], object], set[str]]] = {
    "lost": (
        lambda world: world.seen.referrals.clear(),
        {"acknowledged referrals are there,", "referrals have one entry", "drafts are closed where"},
    ),
    "twice": (twice, {"acknowledged referrals are there,"}),
    "other words": (other_words, {"their words are those"}),
    "no entry": (lambda world: world.seen.made.clear(), {"referrals have one entry"}),
    "two entries": (lambda world: world.seen.made.update(["ABC-DEF-G"]), {"referrals have one entry"}),
    "entry of no referral": (lambda world: world.seen.made.update(["XYZ-XYZ-X"]), {"referrals have one entry"}),
    "refused and there": (
        refused_and_there,
        {"refused referrals are not", "referrals are there only", "drafts are closed where"},
    ),
    "sent by nobody": (draft_sent_by_nobody, {"referrals are there only", "drafts are closed where"}),
    "draft lost": (
        lambda world: world.seen.__setattr__("drafts", {}),
        {"drafts that were begun", "drafts are closed where"},
    ),
    "page lost": (fewer_pages, {"drafts have every page", "each saving has its"}),
    "saving unrecorded": (lambda world: world.seen.saved.subtract([world.kept.draft_id]), {"each saving has its"}),
    "not transferred": (lambda world: world.seen.__setattr__("intake", []), {"acknowledged referrals are in"}),
    "transferred twice": (
        lambda world: world.seen.__setattr__("intake", [world.held(), world.held()]),
        {"acknowledged referrals are in"},
    ),
    "another's number": (
        lambda world: world.seen.__setattr__("intake", [world.held(number="CS-000002")]),
        {"acknowledged referrals are in"},
    ),
    "without its words": (
        lambda world: world.seen.__setattr__("intake", [world.held(payload="{}")]),
        {"acknowledged referrals are in"},
    ),
    "without its PDF": (
        lambda world: world.seen.__setattr__("intake", [world.held(is_pdf=False)]),
        {"acknowledged referrals are in"},
    ),
    "transfer unrecorded": (lambda world: world.seen.acknowledged.clear(), {"acknowledged referrals are in"}),
    "not as it may be": (lambda world: world.office.wrong.append("answered 500"), {"acts were answered as"}),
}


def test_every_proof_holds_where_nothing_is_wrong() -> None:
    assert World().wrong == set()


@pytest.mark.parametrize("broken", BREAKS)
def test_what_is_wrong_fails_the_proofs_that_say_so(broken: str) -> None:
    world, (break_it, expected) = World(), BREAKS[broken]
    break_it(world)
    assert world.wrong == expected
