"""Rows of an SSD council, as its source is given them: dates decoded, directories joined."""

from datetime import UTC, date, datetime
from typing import Any

from services.feed.source import Derived, SourceRow, Subject
from services.feed.sources.ssd import source
from services.feed.sources.ssd.tables import TABLES
from tests.feed.world import source_rows

Made = tuple[str, dict[str, Any]]
TODAY = date(2026, 1, 5)
CHILD = Subject("child", "c1")


def pupil(key: str = "c1", **other: Any) -> Made:
    row = {"pupil_id": key, "upn": "B801200005001", "former_upns": None, "forename": "Mirela", "surname": "Thornwick"}
    return "pupil", {**row, "born": date(2014, 3, 5), **other}


def enrolment(key: str = "e1", about: str | None = "c1", urn: str = "990001", **other: Any) -> Made:
    row = {"enrolment_id": key, "pupil_id": about, "urn": urn, "starts": date(2020, 9, 1), "ends": None}
    return "enrolment", {**row, **other}


def person(key: str = "c1", **other: Any) -> Made:
    row = {"pers_person_id": key, "pers_upn": "B801200005001", "pers_forename": "Mirela", "pers_surname": "THORNWICK"}
    return "ssd_person", {**row, "pers_dob": date(2014, 3, 5), "restricted": None, **other}


def episode(key: str = "r1", about: str | None = "c1", **other: Any) -> Made:
    row = {"cine_referral_id": key, "cine_person_id": about, "cine_referral_date": date(2024, 1, 8)}
    row |= {"cine_close_date": None, "cine_referral_nfa": False, "cine_referral_team": "t1"}
    return "ssd_cin_episodes", {**row, **other}


def early_help(key: str = "h1", about: str | None = "c1", **other: Any) -> Made:
    row = {"earl_episode_id": key, "earl_person_id": about, "earl_episode_start_date": date(2024, 1, 8)}
    row |= {"earl_episode_end_date": None, "earl_episode_worker_id": None, "earl_episode_organisation": "t1"}
    return "ssd_early_help_episodes", {**row, **other}


def involvement(key: str = "i1", about: str | None = "c1", worker: str | None = "w1", **other: Any) -> Made:
    row = {"invo_involvements_id": key, "invo_person_id": about, "invo_professional_id": worker}
    row |= {"invo_professional_role_id": "SW", "invo_involvement_start_date": date(2024, 1, 9)}
    return "ssd_involvements", {**row, "invo_involvement_end_date": None, "role_means": "lead", **other}


def professional(key: str = "w1", **other: Any) -> Made:
    row = {"prof_professional_id": key, "prof_staff_id": "s1", "prof_professional_name": "MARLOWICK, Ione"}
    row |= {"prof_professional_job_title": "Social Worker", "job_means": "social_worker", "team_id": "t1"}
    row |= {"phone": "07700 900101", "email": "ione@example.org", "left_on": None, "absent_until": None}
    return "ssd_professionals", {**row, **other}


def department(key: str = "t1", **other: Any) -> Made:
    row = {"dept_team_id": key, "dept_team_name": "North", "duty_phone": "01632 960001", "duty_hours": "9 to 5"}
    return "ssd_department", {**row, "out_of_hours_phone": None, **other}


def manifest(at: datetime = datetime(2026, 1, 5, 2, tzinfo=UTC)) -> Made:
    return "manifest", {"which": "extract", "complete_to": at}


def derived(*made: Made, ids: Any) -> Derived:
    """What the source makes of rows whose person is linked to the pupil of the same key."""
    assert all(set(row) == set(TABLES[table].columns) for table, row in made)
    rows = source_rows(source, made)
    return source.derive([_linked(row) for row in rows], ids, TODAY)


def _linked(row: SourceRow) -> SourceRow:
    return row._replace(about=row.about.removeprefix("care:") if row.about else None)
