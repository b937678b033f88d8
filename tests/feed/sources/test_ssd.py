"""What the rows of an SSD council mean."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.feed.source import Subject
from shared.contracts.feed import EVER, Child, Freshness, Team, Worker
from tests.feed.sources.ssd_rows import (
    CHILD,
    TODAY,
    Made,
    department,
    derived,
    early_help,
    enrolment,
    episode,
    involvement,
    manifest,
    person,
    professional,
    pupil,
)  # fmt: skip

WORKER, TEAM = Subject("worker", "w1"), Subject("team", "t1")


@pytest.fixture
def ids() -> defaultdict[Subject, UUID]:
    return defaultdict(uuid4)


def one(ids: Any, *made: Made) -> Child:
    state = derived(*made, ids=ids).states[CHILD]
    assert isinstance(state, Child)
    return state


def test_a_pupil_with_its_person_has_its_schools_name_and_social_cares_case_and_worker(ids: Any) -> None:
    child = one(ids, pupil(), enrolment(), person(), episode(), involvement())
    assert (child.given_name, child.family_name, child.upn) == ("Mirela", "Thornwick", "B801200005001")
    assert [(roll.school, roll.ends) for roll in child.rolls] == [("990001", None)]
    assert [case.team_id for case in child.cases] == [ids[TEAM]]
    assert [(a.worker_id, a.lead) for a in child.allocations] == [(ids[WORKER], True)]
    assert (child.doubtful, child.restricted, child.former_upns) == ((), False, ())


def test_a_person_who_is_no_pupil_is_a_child_on_no_roll(ids: Any) -> None:
    child = one(ids, person(), episode())
    assert (child.family_name, child.rolls, len(child.cases)) == ("THORNWICK", (), 1)


def test_another_upn_of_social_care_is_one_by_which_the_child_was_known(ids: Any) -> None:
    child = one(ids, pupil(former_upns=["L850200023001"]), person(pers_upn="V850100015012"))
    assert child.former_upns == ("L850200023001", "V850100015012")


def test_a_birth_date_that_is_estimated_is_empty_and_doubted_for_a_person_alone_only(ids: Any) -> None:
    assert one(ids, person(pers_dob=None)).born == EVER
    assert "born" in one(ids, person(pers_dob=None)).doubtful
    assert one(ids, pupil(), person(pers_dob=None)).doubtful == ()


@pytest.mark.parametrize(("written", "is_case"), [(True, False), (False, True), (None, True)])
def test_a_referral_without_further_action_is_no_case(ids: Any, written: object, is_case: bool) -> None:
    assert bool(one(ids, pupil(), person(), episode(cine_referral_nfa=written)).cases) is is_case


def test_where_it_cannot_be_read_whether_there_was_further_action_cases_are_doubted(ids: Any) -> None:
    child = one(ids, pupil(), person(), episode(cine_referral_nfa="perhaps"))
    assert (len(child.cases), child.doubtful) == (1, ("cases",))


@pytest.mark.parametrize(
    ("means", "allocated", "doubtful"),
    [("lead", [True], ()), ("allocated", [False], ()), ("none", [], ()), (None, [], ("allocations",)),
     ("boss", [], ("allocations",))],
)  # fmt: skip
def test_what_a_role_means_is_the_lists_and_a_role_that_it_does_not_know_is_doubted(
    ids: Any, means: str | None, allocated: list[bool], doubtful: tuple[str, ...]
) -> None:
    child = one(ids, pupil(), person(), episode(), involvement(role_means=means))
    assert ([a.lead for a in child.allocations], child.doubtful) == (allocated, doubtful)


def test_an_unknown_role_of_an_involvement_that_is_over_does_not_matter(ids: Any) -> None:
    over = involvement(role_means=None, invo_involvement_end_date=TODAY - timedelta(days=9))
    assert one(ids, pupil(), person(), episode(), over).doubtful == ()


def test_an_involvement_that_names_no_professional_is_no_worker_yet(ids: Any) -> None:
    child = one(ids, pupil(), person(), episode(), involvement(worker=None))
    assert (child.allocations, child.doubtful) == ((), ())


def test_early_help_is_a_case_and_its_own_worker_leads_where_nobody_else_does(ids: Any) -> None:
    alone = one(ids, pupil(), person(), early_help(earl_episode_worker_id="w2"))
    assert [(a.worker_id, a.lead) for a in alone.allocations] == [(ids[Subject("worker", "w2")], True)]
    both = one(ids, pupil(), person(), early_help(earl_episode_worker_id="w2"), involvement())
    assert sorted(a.lead for a in both.allocations) == [False, True]
    same = one(ids, pupil(), person(), early_help(earl_episode_worker_id="w1"), involvement())
    assert len(same.allocations) == 1


@pytest.mark.parametrize("mark", [True, "see the file"])
def test_whoever_is_on_the_list_of_restricted_children_is_and_its_worker_stays_here(ids: Any, mark: object) -> None:
    child = one(ids, pupil(), person(restricted=mark), episode(), involvement())
    assert (child.surely_restricted, child.allocations) == (True, ())


def test_a_date_that_is_none_doubts_the_part_and_is_told(ids: Any) -> None:
    rows = pupil(), person(), episode(cine_close_date="31/02/2025"), involvement(invo_involvement_end_date="soon")
    found = derived(*rows, ids=ids)
    child = found.states[CHILD]
    assert isinstance(child, Child)
    assert child.doubtful == ("allocations", "cases")
    assert {(cell.table, cell.column, cell.why) for cell in found.left_out} == {
        ("ssd_cin_episodes", "cine_close_date", "bad_date"),
        ("ssd_involvements", "invo_involvement_end_date", "bad_date"),
    }


def test_a_school_that_cannot_be_read_may_be_any(ids: Any) -> None:
    assert one(ids, pupil(), enrolment(urn="none")).doubtful == ("rolls",)


def test_a_professional_is_a_worker_with_what_the_directories_say(ids: Any) -> None:
    worker = derived(professional(absent_until=date(2026, 2, 1)), ids=ids).states[WORKER]
    assert isinstance(worker, Worker)
    assert (worker.name, worker.role, worker.phone) == ("Ione MARLOWICK", "social_worker", "07700 900101")
    assert (worker.team_id, worker.absent_until, worker.doubtful) == (ids[TEAM], date(2026, 2, 1), ())


def test_a_job_that_the_list_does_not_know_is_doubted(ids: Any) -> None:
    worker = derived(professional(job_means=None), ids=ids).states[WORKER]
    assert isinstance(worker, Worker)
    assert worker.doubtful == ("role",)


def test_a_department_is_a_team_with_its_duty_line(ids: Any) -> None:
    team = derived(department(), ids=ids).states[TEAM]
    assert isinstance(team, Team)
    assert (team.name, team.duty_phone, team.doubtful) == ("North", "01632 960001", ())
    lacking = derived(department(duty_phone=None), ids=ids).states[TEAM]
    assert isinstance(lacking, Team)
    assert lacking.doubtful == ("duty_phone",)


def test_the_manifest_says_up_to_when_all_is_complete(ids: Any) -> None:
    states = derived(manifest(), ids=ids).states
    assert [state.as_of.hour for state in states.values() if isinstance(state, Freshness)] == [2]
