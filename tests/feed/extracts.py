"""Extracts made by hand: a small SSD council, laid down as a folder; and a feed that takes what lies there."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from deploy.demo.names import FAMILY_ENDS, FAMILY_STARTS, GIVEN_ENDS, GIVEN_STARTS
from services.feed.catching_up import commands as catching_up
from services.feed.chosen import load
from services.feed.refreshing.commands import Taker
from services.feed.settings import Settings
from tests.feed.world import Feed, Tape
from tests.support.databases import Clone

SSD = load("ssd", "extract")
Rows = list[dict[str, Any]]


def upn(number: int) -> str:
    """The nth pupil's; its check letter is not judged."""
    return f"A{800000000000 + number}"


def name(number: int) -> tuple[str, str]:
    """A given and a family name: no two of the first thousand are alike."""
    return GIVEN_STARTS[number % 32] + GIVEN_ENDS[number // 32 % 32], FAMILY_STARTS[number % 47] + FAMILY_ENDS[
        number % 25
    ]


def born(number: int) -> str:
    return f"{date(2010, 1, 1) + timedelta(days=37 * number % 1800)} 00:00:00.000"


def council(children: int = 3) -> dict[str, Rows]:
    """So many pupils of one school, each with a case and a worker; every cell a text, as it stands in a file."""
    numbers = range(1, children + 1)
    midnight = "2024-01-08 00:00:00.000"
    return {
        "pupil": [
            {"pupil_id": f"p{n}", "upn": upn(n), "former_upns": "", "forename": name(n)[0], "surname": name(n)[1],
             "born": born(n)} for n in numbers
        ],
        "enrolment": [
            {"enrolment_id": f"e{n}", "pupil_id": f"p{n}", "urn": "990001", "starts": midnight, "ends": "NULL"}
            for n in numbers
        ],
        "ssd_person": [
            {"pers_person_id": str(n), "pers_upn": upn(n), "pers_forename": name(n)[0],
             "pers_surname": name(n)[1].upper(), "pers_dob": born(n)} for n in numbers
        ],
        "ssd_cin_episodes": [
            {"cine_referral_id": f"r{n}", "cine_person_id": str(n), "cine_referral_date": midnight,
             "cine_close_date": "NULL", "cine_referral_nfa": "N", "cine_referral_team": "t1"} for n in numbers
        ],
        "ssd_early_help_episodes": [],
        "ssd_involvements": [
            {"invo_involvements_id": f"i{n}", "invo_person_id": str(n), "invo_professional_id": f"w{n % 3 + 1}",
             "invo_professional_role_id": "ASW", "invo_involvement_start_date": midnight,
             "invo_involvement_end_date": "NULL"} for n in numbers
        ],
        "ssd_professionals": [
            {"prof_professional_id": f"w{n}", "prof_staff_id": f"s{n}", "prof_professional_name": f"Marlowick{n}, Ione",
             "prof_professional_job_title": "Social Worker"} for n in (1, 2, 3)
        ],
        "ssd_department": [{"dept_team_id": "t1", "dept_team_name": "North"}],
        "restricted": [],
        "roles": [{"role_id": "ASW", "role_means": "lead"}, {"role_id": "IRO", "role_means": "none"}],
        "jobs": [{"job_title": "Social Worker", "job_means": "social_worker"}],
        "staff": [
            {"staff_id": f"s{n}", "team_id": "t1", "phone": f"07700 90010{n}", "email": "", "left_on": "",
             "absent_until": ""} for n in (1, 2, 3)
        ],
        "teams": [{"team_id": "t1", "duty_phone": "01632 960001", "duty_hours": "9 to 5", "out_of_hours_phone": ""}],
    }  # fmt: skip


COLUMNS = {name: tuple(table.own_columns) for name, table in SSD.source.tables.items() if table.kind != "freshness"} | {
    directory.name: (directory.key, *directory.columns)
    for table in SSD.source.tables.values()
    for directory in table.joins
}


def text_of(name: str, rows: Rows) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS[name])
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def lay_down(folder: Path, tables: dict[str, Rows], at: datetime, encoding: str = "utf-8") -> Path:
    """An extract of these tables, complete and taken at this moment."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_bytes(text_of(name, rows).encode(encoding))
    counts = {f"{name}.csv": len(rows) for name, rows in tables.items()}
    return sign(folder, counts, at)


def sign(folder: Path, counts: dict[str, int], at: datetime) -> Path:
    """A true manifest of the files that lie there."""
    files = [
        {"file": path.name, "rows": counts.get(path.name, 0), "sha256": sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.glob("*.csv"))
    ]
    told = {"taken_at": at.isoformat(), "complete_to": at.isoformat(), "files": files}
    (folder / "manifest.json").write_text(json.dumps(told))
    return folder


def mended(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))


FIRST = datetime(2026, 1, 5, 2, tzinfo=UTC)


class ExtractFeed(Feed):
    """A feed that takes the extracts of a folder."""

    def __init__(self, database: Clone, extracts: Path, **other: Any) -> None:
        super().__init__(database, Tape(), SSD)
        self.extracts = extracts
        self.settings = Settings.model_validate(
            {"database_url": "postgresql://nobody@127.0.0.1/none", "source": "ssd", "way": "extract",
             "extracts": extracts, **other}
        )  # fmt: skip
        self.taker = Taker(SSD, self.settings)

    async def look(self) -> None:
        await self.taker.look(self.database.db)

    async def take(self) -> None:
        """Look, and emit what that changed."""
        await self.look()
        await self.catch_up()

    async def restart(self, epoch: int = 1) -> None:
        """Another process, which remembers nothing."""
        self.taker = Taker(SSD, self.settings)
        await catching_up.begin_again_with(SSD, self.database.db, epoch)

    async def became(self) -> list[tuple[object, list[str]]]:
        rows = await self.database.rows("SELECT state, sentences FROM refresh ORDER BY id")
        return [(row["state"], row["sentences"]) for row in rows]  # type: ignore[misc]
