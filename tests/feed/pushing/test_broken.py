"""Payloads that cannot be taken: each is refused with a sentence to act on, and nothing of it is kept."""

import json
from typing import Any

import pytest

from services.feed.ways.push.payload import CHILDREN_MAX, EPISODES_MAX, WORKERS_MAX, elements, parsed
from services.feed.ways.push.refused import PushRefused
from tests.feed.pushing.world import BATCH, PushFeed, episode, person, worker

SECRETISH = "Tarnwick"


def one(**other: Any) -> bytes:
    return json.dumps([person(1), person(2, **other)]).encode()


def child(**episode_cells: Any) -> bytes:
    return json.dumps([person(1), person(2, episode(2, **episode_cells))]).encode()


def without(name: str) -> bytes:
    broken = person(2)
    del broken[name]
    return json.dumps([person(1), broken]).encode()


BROKEN: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"not json", "The body is not JSON"),
    "nothing": (b"", "The body is not JSON"),
    "cut off": (json.dumps([person(1)]).encode()[:-20], "The body is not JSON"),
    "not UTF-8": (json.dumps([person(1)]).encode("utf-16"), "The body is not UTF-8"),
    "windows-1252": ('[{"la_child_id": "Zoë"}]'.encode("cp1252"), "The body is not UTF-8"),
    "nested without end": (b"[" * 200_000, "nested without end"),
    "a number that is none": (b'[{"la_child_id": NaN}]', "The body is not JSON"),
    "infinity": (b'[{"la_child_id": -Infinity}]', "The body is not JSON"),
    "a number of 5,000 digits": (b'[{"la_child_id": ' + b"9" * 5_000 + b"}]", "The body is not JSON"),
    "an object": (json.dumps(person(1)).encode(), "not a JSON array"),
    "an envelope": (json.dumps({"la_code": 999, "Children": [person(1)]}).encode(), "not a JSON array"),
    "a text": (b'"children"', "not a JSON array"),
    "null": (b"null", "not a JSON array"),
    "nobody": (b"[]", "A batch has at least one child"),
    "too many": (json.dumps([{"la_child_id": str(n)} for n in range(CHILDREN_MAX + 1)]).encode(), "at most 1,000"),
    "an element is a text": (b'["C1"]', "[0] this is no JSON object"),
    "an element is a list": (b'[[{"la_child_id": "C1"}]]', "[0] this is no JSON object"),
    "an element is null": (b"[null]", "[0] this is no JSON object"),
    "no la_child_id": (without("la_child_id"), "[1] la_child_id is missing"),
    "an empty la_child_id": (one(la_child_id=" "), "[1] la_child_id is missing"),
    "a la_child_id that is a number": (one(la_child_id=17), "[1] la_child_id is missing, or is no text"),
    "a la_child_id without end": (one(la_child_id="C" * 201), "is no text of at most 200"),
    "the same child twice": (one(la_child_id="C1"), "[1] la_child_id: another element of this batch has it too"),
    "details are a list": (one(child_details=[]), "[1] child_details is no JSON object"),
    "details are a text": (one(child_details=SECRETISH), "[1] child_details is no JSON object"),
    "purge is a text": (one(purge="true"), "[1] purge is neither true nor false"),
    "purge is a number": (one(purge=1), "[1] purge is neither true nor false"),
    "purge of details": (one(child_details={"purge": "no"}), "[1] child_details: purge is neither"),
    "episodes are an object": (one(social_care_episodes=episode(1)), "[1] social_care_episodes is no list"),
    "too many episodes": (
        one(social_care_episodes=[{"social_care_episode_id": str(n)} for n in range(EPISODES_MAX + 1)]),
        "[1] social_care_episodes is no list of at most 500 objects",
    ),
    "an episode is a text": (one(social_care_episodes=["E1"]), "[1] social_care_episodes, entry 1 is no JSON object"),
    "an episode without its id": (
        one(social_care_episodes=[episode(1), {"closure_date": "2025-12-01", "purge": False}]),
        "[1] social_care_episodes, entry 2: social_care_episode_id is missing",
    ),
    "the same episode twice": (one(social_care_episodes=[episode(1), episode(1)]), "another entry has the same"),
    "purge of an episode": (child(purge="Y"), "[1] social_care_episodes, entry 1: purge is neither true nor false"),
    "workers are an object": (child(care_worker_details=worker(1)), "entry 1: care_worker_details is no list"),
    "too many workers": (child(care_worker_details=[worker(1)] * (WORKERS_MAX + 1)), "no list of at most 500"),
    "a worker is a text": (child(care_worker_details=["W1"]), "care_worker_details, entry 1 is no JSON object"),
    "a worker without an id": (child(care_worker_details=[{"start_date": "2025-01-01"}]), "worker_id is missing"),
    "a worker whose id is null": (child(care_worker_details=[worker(1) | {"worker_id": None}]), "worker_id is missing"),
}  # fmt: skip


def test_there_are_thirty_kinds_at_least() -> None:
    assert len(BROKEN) >= 30


@pytest.mark.parametrize(("raw", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_broken_payload_is_refused_in_words_that_quote_nothing(raw: bytes, sentence: str) -> None:
    with pytest.raises(PushRefused) as refused:
        elements(parsed(raw))
    assert sentence in "\n".join(refused.value.sentences)
    assert SECRETISH not in str(refused.value.sentences)
    assert "[0]" not in str(refused.value.sentences[1:])


async def test_nothing_of_a_batch_is_taken_if_one_element_of_it_is_wrong(pushed: PushFeed) -> None:
    answer = await pushed.post(BATCH, one(purge="true"))
    assert (answer.status_code, answer.json()) == (400, {"errors": ["[1] purge is neither true nor false."]})
    assert await pushed.rows("children") == []
    assert (await pushed.database.rows("SELECT sentences FROM push_standing"))[0]["sentences"] == answer.json()[
        "errors"
    ]


async def test_a_body_that_is_too_large_is_not_read(pushed: PushFeed) -> None:
    assert (await pushed.post(BATCH, b"[" + b" " * 16 * 2**20 + b"]")).status_code == 413
