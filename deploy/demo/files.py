"""The demo council as files, to practise with: extracts of social care, lists, the register of schools, rolls.

Pupils are in the rolls of their schools alone (Common Transfer Files): the council gives none. Nothing is signed yet.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from deploy.demo.accounts import AGREEMENT
from deploy.demo.cases import cases, workers
from deploy.demo.council import SEED, schools
from deploy.demo.crowd import Crowd
from deploy.demo.tables import COLUMNS, Rows, known_rows, staff_rows
from deploy.demo.upn import AUTHORITY

Cells = dict[str, object]
AUTHORITY_NAME = "Demo County Council"
ESTABLISHMENT_FIRST = 4000
REGISTER = "edubasealldata.csv"
REGISTER_COLUMNS = (
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (name)",
    "EstablishmentStatus (name)", "OpenDate", "CloseDate",
)  # fmt: skip


CIN = (
    "cine_referral_id", "cine_person_id", "cine_referral_date", "cine_close_date", "cine_referral_nfa",
    "cine_referral_team",
)  # fmt: skip
EARLY_HELP = (
    "earl_episode_id", "earl_person_id", "earl_episode_start_date", "earl_episode_end_date", "earl_episode_worker_id",
    "earl_episode_organisation",
)  # fmt: skip
INVOLVEMENTS = (
    "invo_involvements_id", "invo_person_id", "invo_professional_id", "invo_professional_role_id",
    "invo_involvement_start_date", "invo_involvement_end_date",
)  # fmt: skip
PROFESSIONALS = (
    "prof_professional_id", "prof_staff_id", "prof_professional_name", "prof_professional_job_title",
)  # fmt: skip
TITLES = {"social_worker": "Social Worker", "support_worker": "Family Support Worker"}
PASSED_OVER: tuple[Sequence[object], ...] = (
    ("989998", AUTHORITY, AUTHORITY_NAME, 3999, "Old Mere School", "Community school", "Closed", "", "31-08-2019"),
    ("989999", "998", "Another Council", 4000, "Elsewhere – School", "Community school", "Open", "", ""),
)
"""Of the register: a school that has closed, and one of another authority."""


def write(folder: Path, school_count: int, children: int, today: date) -> None:
    """`extract/`, edubasealldata.csv, `rolls/` and agreement.txt, in this folder."""
    made = _council(school_count, children, today)
    for name, (columns, rows) in extract_of(made).items():
        _table(folder / "extract" / f"{name}.csv", columns, rows)
    _register(folder / REGISTER, school_count)
    for number, (urn, name) in enumerate(schools(school_count)):
        _put(folder / "rolls" / f"{urn}.xml", _roll(made, number, urn, name, today))
    _put(folder / "agreement.txt", AGREEMENT.format(name="all schools of the demo", urn="each its own"))


def _council(school_count: int, children: int, today: date) -> dict[str, list[Cells]]:
    """The rows of its case system, each with an id, by table."""
    rng, urns = Random(SEED), [urn for urn, _ in schools(school_count)]  # noqa: S311 - a seed is the point
    staff = staff_rows(children, rng, today)
    others = [(int(str(row[0])), int(str(row[3]))) for row in staff["worker"][len(workers()) :]]
    crowd = Crowd(urns, first=len(cases()) + 1, workers=others, rng=rng, today=today)
    made: defaultdict[str, list[Cells]] = defaultdict(list)
    for rows in (staff, known_rows(urns, today), crowd.rows(max(children - len(cases()), 0))):
        _add(made, rows)
    return made


def _add(made: dict[str, list[Cells]], rows: Rows) -> None:
    for table, records in rows.items():
        for record in records:
            made[table].append({"id": len(made[table]) + 1, **dict(zip(COLUMNS[table], record, strict=True))})


Sheet = tuple[tuple[str, ...], list[Sequence[object]]]
"""The columns and the rows of a file."""
LISTS: dict[str, Sheet] = {
    "roles": (("role_id", "role_means"), [("ASW", "lead"), ("COW", "allocated"), ("IRO", "none")]),
    "jobs": (
        ("job_title", "job_means"),
        [("Social Worker", "social_worker"), ("Family Support Worker", "support_worker")],
    ),
}


def extract_of(made: dict[str, list[Cells]]) -> dict[str, Sheet]:
    """The files of the Standard Safeguarding Dataset and the lists beside them, by name."""
    return {**_people(made), **_cases(made), **_workers(made), **_directories(made), **LISTS}


def _people(made: dict[str, list[Cells]]) -> dict[str, Sheet]:
    known = {one["person_id"] for table in ("involvement", "allocation") for one in made[table]}
    people = [one for one in made["person"] if one["restricted"] or one["id"] in known]
    return {
        "ssd_person": (
            ("pers_person_id", "pers_upn", "pers_forename", "pers_surname", "pers_dob"),
            [(p["id"], p["upn"], p["given"], str(p["family"]).upper(), _day(p["born"])) for p in people],
        ),
        "restricted": (("pers_person_id", "restricted"), [(p["id"], "Y") for p in people if p["restricted"]]),
    }  # fmt: skip


def _cases(made: dict[str, list[Cells]]) -> dict[str, Sheet]:
    early = [one for one in made["involvement"] if one["plan"] == "early_help"]
    others = [one for one in made["involvement"] if one["plan"] != "early_help"]
    return {
        "ssd_cin_episodes": (CIN, [
            (i["id"], i["person_id"], _day(i["opened"]), _day(i["closed"]), "N", i["team_id"]) for i in others
        ]),
        "ssd_early_help_episodes": (EARLY_HELP, [
            (f"h{i['id']}", i["person_id"], _day(i["opened"]), _day(i["closed"]), None, i["team_id"]) for i in early
        ]),
    }  # fmt: skip


def _workers(made: dict[str, list[Cells]]) -> dict[str, Sheet]:
    return {
        "ssd_involvements": (INVOLVEMENTS, [
            (a["id"], a["person_id"], a["worker_id"], "ASW" if a["is_lead"] else "COW", _day(a["starts"]),
             _day(a["ends"])) for a in made["allocation"]
        ]),
        "ssd_professionals": (PROFESSIONALS, [
            (w["id"], f"n{w['id']}", _surname_first(str(w["name"])), TITLES[str(w["job"])]) for w in made["worker"]
        ]),
        "ssd_department": (("dept_team_id", "dept_team_name"), [(t["id"], t["name"]) for t in made["team"]]),
    }  # fmt: skip


def _directories(made: dict[str, list[Cells]]) -> dict[str, Sheet]:
    return {
        "staff": (("staff_id", "team_id", "phone", "email", "left_on", "absent_until"), [
            (f"n{w['id']}", w["team_id"], w["phone"], w["email"], _day(w["left_on"]), _day(w["absent_until"]))
            for w in made["worker"]
        ]),
        "teams": (("team_id", "duty_phone", "duty_hours", "out_of_hours_phone"), [
            (t["id"], t["duty_phone"], t["duty_hours"], t["out_of_hours_phone"]) for t in made["team"]
        ]),
    }  # fmt: skip


def _surname_first(name: str) -> str:
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}"


def _day(day: object) -> str | None:
    """As the dataset has it: a moment at midnight."""
    return f"{day} 00:00:00.000" if day else None


def _register(path: Path, school_count: int) -> None:
    """As GIAS has it, with a school that has closed and one of another authority among them."""
    rows: list[Sequence[object]] = [
        (urn, AUTHORITY, AUTHORITY_NAME, ESTABLISHMENT_FIRST + n, name, "Community school", "Open", "", "")
        for n, (urn, name) in enumerate(schools(school_count))
    ]
    _table(path, REGISTER_COLUMNS, [*rows, *PASSED_OVER], encoding="cp1252")


def _roll(made: dict[str, list[Cells]], number: int, urn: str, name: str, today: date) -> str:
    """A school's Common Transfer File: everybody who is on its roll today."""
    stays = {stay["person_id"]: stay for stay in made["school_history"] if stay["urn"] == urn and _holds(stay, today)}
    source = f"<LEA>{AUTHORITY}</LEA><Estab>{ESTABLISHMENT_FIRST + number}</Estab>"
    pupils = "\n".join(
        _pupil(person, source, stays[person["id"]]["starts"]) for person in made["person"] if person["id"] in stays
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<CTfile><Header><DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>
<DateTime>{today}T07:00:00</DateTime><DocumentQualifier>full</DocumentQualifier><SupplierID>Demo</SupplierID>
<SourceSchool>{source}<SchoolName>{escape(name)}</SchoolName></SourceSchool>
<DestSchool><LEA>XXX</LEA><Estab>XXXX</Estab></DestSchool></Header>
<CTFpupilData>
{pupils}
</CTFpupilData></CTfile>
"""


def _holds(stay: Cells, today: date) -> bool:
    starts, ends = stay["starts"], stay["ends"]
    return isinstance(starts, date) and starts <= today and not (isinstance(ends, date) and ends <= today)


def _pupil(person: Cells, school: str, joined: object) -> str:
    former = person["former_upns"]
    before = f"<FormerUPN>{former[0]}</FormerUPN>" if isinstance(former, list) and former else ""
    return (
        f"<Pupil><UPN>{person['upn']}</UPN>{before}<Surname>{escape(str(person['family']))}</Surname>"
        f"<Forename>{escape(str(person['given']))}</Forename><DOB>{person['born']}</DOB>"
        f"<SchoolHistory><School>{school}<EntryDate>{joined}</EntryDate></School></SchoolHistory></Pupil>"
    )


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerows([columns, *rows])


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
