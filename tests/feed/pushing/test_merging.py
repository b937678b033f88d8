"""What is kept of a child after each element: what a delta does not name is unchanged, whatever else came before."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.feed.source import Body
from services.feed.ways.push.merging import Rows, Unclear, merged
from services.feed.ways.push.payload import elements
from tests.feed.pushing.world import PUSHED, episode, person, worker

TABLES = PUSHED.source.tables


def after(*sent: dict[str, Any], gone: Any = frozenset()) -> Rows:
    """The rows of one child after these elements, one after another; what they removed is remembered."""
    rows: Rows = {}
    removed = set(gone)
    for one in sent:
        [element] = elements([one])
        now = merged(rows, removed, element, TABLES)
        removed |= rows.keys() - now.keys()
        rows = now
    return rows


def only(rows: Rows, table: str) -> list[Body]:
    return [body for (name, _), body in sorted(rows.items()) if name == table]


def spells(rows: Rows) -> list[tuple[Any, ...]]:
    return [(b["worker_id"], b["start_date"], b["end_date"]) for b in only(rows, "care_worker_details")]


def delta(**cells: Any) -> dict[str, Any]:
    return {"la_child_id": "C1", "mis_child_id": "9", **cells}


def of_episode(**cells: Any) -> dict[str, Any]:
    return delta(social_care_episodes=[{"social_care_episode_id": "E1", **cells}])


def of_workers(*workers: dict[str, Any]) -> dict[str, Any]:
    return of_episode(care_worker_details=list(workers))


def test_of_a_payload_only_what_is_needed_is_kept() -> None:
    rows = after(person(1))
    assert sorted({key for body in rows.values() for key in body}) == [
        "closure_date", "date_of_birth", "end_date", "first_name", "former_unique_pupil_number", "la_child_id", "purge",
        "referral_date", "referral_no_further_action_flag", "social_care_episode_id", "spell", "start_date", "surname",
        "unique_pupil_number", "worker_id",
    ]  # fmt: skip
    assert not {"WBRI", "AB1 2CD", "P1", "1A", "9876543210"} & {str(v) for body in rows.values() for v in body.values()}


def test_what_a_delta_does_not_name_is_unchanged() -> None:
    before = after(person(1))
    assert after(person(1), delta()) == before
    assert after(person(1), delta(child_details={}), delta(social_care_episodes=[]), of_episode()) == before
    named = after(person(1), delta(child_details={"surname": "Other"}))
    assert {place: body for place, body in named.items() if before[place] != body} == {
        ("children", "C1"): {**before["children", "C1"], "surname": "Other"}
    }


def test_an_episode_is_closed_and_a_second_one_comes_beside_it() -> None:
    rows = after(person(1), of_episode(closure_date="2025-12-01"), delta(social_care_episodes=[episode(2)]))
    assert [body["closure_date"] for body in only(rows, "social_care_episodes")] == ["2025-12-01", None]
    assert len(only(rows, "care_worker_details")) == 2


def test_a_null_empties_a_cell_and_an_absent_one_of_something_new_is_empty() -> None:
    rows = after(person(1), of_episode(closure_date="2025-12-01"), of_episode(closure_date=None))
    assert [body["closure_date"] for body in only(rows, "social_care_episodes")] == [None]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ([worker(1, None)], [("W1", "2025-09-02", None)]),
        ([worker(1, None, end_date="2025-10-01")], [("W1", "2025-09-02", "2025-10-01")]),
        ([worker(1, "2025-09-05")], [("W1", "2025-09-05", None)]),
        ([worker(2)], [("W1", "2025-09-02", None), ("W2", "2025-09-02", None)]),
        ([worker(1, None), worker(1, "2025-11-01")], [("W1", "2025-09-02", None), ("W1", "2025-11-01", None)]),
        ([worker(1), worker(1, end_date="2025-10-01")], [("W1", "2025-09-02", None)]),
        ([worker(2, None)], [("W1", "2025-09-02", None), ("W2", None, None)]),
    ],
    ids=["named only", "ended", "began otherwise", "another", "once more", "twice alike", "without a beginning"],
)
def test_workers_are_told_apart_by_when_they_began(then: list[dict[str, Any]], expected: list[Any]) -> None:
    assert spells(after(person(1), of_workers(*then))) == expected


def test_a_worker_who_comes_back_after_an_end_is_there_a_second_time() -> None:
    ended = worker(1, end_date="2025-10-01")
    rows = after(person(1), of_workers(ended), of_workers(worker(1, "2025-11-01")))
    assert spells(rows) == [("W1", "2025-09-02", "2025-10-01"), ("W1", "2025-11-01", None)]
    assert spells(after(person(1), of_workers(ended), of_workers(worker(1, "2025-11-01")),
                        of_workers(worker(1, None, end_date="2025-12-01"))))[1][2] == "2025-12-01"  # fmt: skip


def test_of_several_times_it_must_be_said_which_is_meant() -> None:
    twice = of_workers(worker(1), worker(1, "2025-11-01"))
    with pytest.raises(Unclear, match="start_date"):
        after(person(1), twice, of_workers(worker(1, None, end_date="2025-12-01")))
    assert after(person(1), twice, of_workers(worker(1, None))) == after(person(1), twice)


def test_a_purged_child_or_episode_is_gone_with_all_that_it_had() -> None:
    assert after(person(1), delta(purge=True)) == {}
    rows = after(person(1), of_episode(purge=True))
    assert list(rows) == [("children", "C1")]
    assert after(person(1), of_episode(purge=True), of_episode(purge=True)) == rows  # sent again: the answer was lost


def test_what_is_purged_and_never_came_is_kept_as_a_doubt_until_it_comes_whole() -> None:
    [unknown] = only(after(person(1), delta(social_care_episodes=[{"social_care_episode_id": "E2", "purge": True}])),
                     "social_care_episodes")[1:]  # fmt: skip
    assert unknown["purge"] is True
    doubt = delta(social_care_episodes=[{"social_care_episode_id": "E2", "purge": True}])
    assert after(person(1), doubt, doubt, delta(social_care_episodes=[episode(2)])) == after(
        person(1), delta(social_care_episodes=[episode(2)])
    )
    assert [b["purge"] for b in only(after(person(1), of_workers({"worker_id": "W2", "purge": True})),
                                     "care_worker_details")] == [None, True]  # fmt: skip


def test_details_are_purged_only_where_no_case_is_open() -> None:
    purge = delta(child_details={"purge": True})
    with pytest.raises(Unclear, match="an episode is open"):
        after(person(1), purge)
    rows = after(person(1), of_episode(closure_date="2025-12-01"), purge)
    assert set(only(rows, "children")[0].values()) == {"C1", None}


HASTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EPISODES = st.lists(
    st.builds(
        lambda n, closed, workers: episode(n, *workers, **({"closure_date": closed} if closed else {})),
        st.integers(1, 3),
        st.sampled_from([None, "2025-12-01"]),
        st.lists(st.integers(1, 2).map(worker), min_size=1, max_size=2, unique_by=lambda one: one["worker_id"]),
    ),
    min_size=1, max_size=3, unique_by=lambda one: one["social_care_episode_id"],
)  # fmt: skip


@HASTY
@given(EPISODES.map(lambda them: person(1, *them)), EPISODES.map(lambda them: delta(social_care_episodes=them)))
def test_what_is_sent_twice_is_as_if_it_was_sent_once(first: dict[str, Any], second: dict[str, Any]) -> None:
    once = after(first, second)
    assert after(first, first, second, second) == once
    assert after(first, second, second) == once


@HASTY
@given(EPISODES.map(lambda them: person(1, *them)))
def test_a_snapshot_s_element_is_all_there_is_and_nothing_of_before_is_kept(sent: dict[str, Any]) -> None:
    [element] = elements([sent])
    assert merged({}, None, element, TABLES) == after(sent)


def test_in_a_snapshot_what_is_purged_is_not_there_and_leaves_no_doubt() -> None:
    [element] = elements([person(1, episode(1, purge=True))])
    assert list(merged({}, None, element, TABLES)) == [("children", "C1")]
