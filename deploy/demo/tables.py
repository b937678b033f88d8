"""The demo council's rows, table by table: its staff and its known children."""

from datetime import date, timedelta
from random import Random

from deploy.demo.cases import DemoCase, cases, workers
from deploy.demo.names import email, family_name, given_name

COLUMNS: dict[str, tuple[str, ...]] = {
    "team": ("id", "name", "duty_phone", "duty_hours", "out_of_hours_phone"),
    "worker": ("id", "name", "job", "team_id", "phone", "email", "left_on", "absent_until"),
    "person": ("id", "upn", "former_upns", "given", "family", "born", "restricted", "address"),
    "school_history": ("person_id", "urn", "starts", "ends"),
    "involvement": ("person_id", "team_id", "opened", "closed", "plan", "reason"),
    "allocation": ("person_id", "worker_id", "is_lead", "starts", "ends"),
}

Rows = dict[str, list[tuple[object, ...]]]
"""Rows to copy, by table in the order of their references."""

TEAMS = (
    "Children's Assessment Team North", "Children's Assessment Team South", "Early Help East", "Early Help West",
    "Children in Care Team", "Disabled Children's Team", "Safeguarding Team Central", "Leaving Care Team",
)  # fmt: skip
OUT_OF_HOURS = "01632 960999"
CHILDREN_PER_WORKER = 90
REASON = "kept by the council only"


def staff_rows(children: int, rng: Random, today: date) -> Rows:
    """All teams; the known workers of the first team; then enough others for so many children."""
    teams = [
        (n, name, f"01632 960{n:03d}", "Monday to Friday, 8:30am to 5pm", OUT_OF_HOURS if n != len(TEAMS) else None)
        for n, name in enumerate(TEAMS, 1)
    ]
    known = [
        (n, w.name, w.job, 1, w.phone, email(w.name), _day(today, w.left), _day(today, w.absent))
        for n, w in enumerate(workers(), 1)
    ]
    others = [
        _other_worker(n, rng, today) for n in range(len(known) + 1, len(known) + 12 + children // CHILDREN_PER_WORKER)
    ]
    return {"team": list(teams), "worker": [*known, *others]}


def _other_worker(number: int, rng: Random, today: date) -> tuple[object, ...]:
    name = f"{given_name(rng)} {family_name(rng)}"
    job = "support_worker" if number % 4 == 0 else "social_worker"
    phone = None if rng.random() < 0.03 else f"07700 900{number % 900 + 100:03d}"
    left = today - timedelta(days=rng.randrange(1, 200)) if rng.random() < 0.02 else None
    return number, name, job, number % len(TEAMS) + 1, phone, email(name), left, None


def known_rows(urns: list[str], today: date) -> Rows:
    """The known children, whose source keys are 1, 2, 3 and so on."""
    rows: Rows = {"person": [], "school_history": [], "involvement": [], "allocation": []}
    keys = {worker.name: n for n, worker in enumerate(workers(), 1)}
    for person, case in enumerate(cases(), 1):
        _add_known(rows, person, case, urns, keys, today)
    return rows


def _add_known(rows: Rows, person: int, case: DemoCase, urns: list[str], keys: dict[str, int], today: date) -> None:
    who = (case.upn, list(case.former_upns), case.given_name, case.family_name, case.born, case.restricted)
    rows["person"].append((person, *who, f"{person} Nowhere Lane"))
    for stay in case.rolls:
        rows["school_history"].append((person, urns[stay.school], _day(today, stay.starts), _day(today, stay.ends)))
    if case.case is None:
        return
    closed = _day(today, -30 if case.case == "closed" else None)
    rows["involvement"].append((person, 1, _day(today, -200), closed, case.plan, REASON))
    for n, worker in enumerate(case.workers):
        rows["allocation"].append((person, keys[worker], n == 0, _day(today, -190), closed))


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)
