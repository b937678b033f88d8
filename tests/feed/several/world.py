"""Three sources at once: pupils captured from an education database, social care and telephones by extracts."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from services.feed.chosen import Chosen, load_several
from services.feed.refreshing.commands import Taker
from services.feed.settings import Settings
from shared.contracts.feed import Child, Freshness, Team, Worker
from tests.feed.extracts import COLUMNS, FIRST, Rows, council, lay_down
from tests.feed.world import Feed, Row, Tape, day
from tests.support.databases import Clone

CARE = ("ssd_person", "ssd_cin_episodes", "ssd_early_help_episodes", "ssd_involvements", "ssd_professionals",
        "ssd_department", "restricted", "roles", "jobs", "staff", "teams")  # fmt: skip
FILE = """
[[source]]
name = "education"
model = "council"
way = "capture"
gives = ["roll"]
limit_s = 900
[[source]]
name = "care"
model = "ssd"
way = "extract"
gives = ["care", "staff"]
limit_s = 93600
extracts = "{folder}/care"
shared = true
[[source]]
name = "phones"
model = "directories"
way = "extract"
gives = ["staff"]
limit_s = 604800
extracts = "{folder}/phones"
shared = true
[precedence]
"worker.phone" = ["phones", "care"]
"""


def chosen(folder: Path, text: str = FILE) -> Chosen:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{len(list(folder.glob('*.toml')))}.toml"
    file.write_text(text.format(folder=folder))
    return load_several(file)


def care(children: int = 2) -> dict[str, Rows]:
    """Social care's part of the small SSD council."""
    return {name: rows for name, rows in council(children).items() if name in CARE}


def phones(**of: str) -> dict[str, Rows]:
    """A directory: telephone numbers of workers by their keys."""
    empty = dict.fromkeys(("name", "job", "team_id", "email", "left_on", "absent_until"), "")
    return {
        "staff": [{"staff_id": key, "phone": phone, **empty} for key, phone in of.items()],
        "teams": [
            {"team_id": "t1", "name": "", "duty_phone": "01632 960999", "duty_hours": "", "out_of_hours_phone": ""}
        ],
    }


def pupil(number: int, **other: Any) -> tuple[str, Row]:
    """The pupil whose record in social care is this person's."""
    told = council(number)["pupil"][number - 1]
    row = {"id": number, "upn": told["upn"], "former_upns": [], "given": told["forename"], "family": told["surname"]}
    return "person", {**row, "born": day(told["born"][:10]), "restricted": False, **other}


class SeveralFeed(Feed):
    """A feed of all three on one database."""

    def __init__(self, database: Clone, folder: Path, text: str = FILE) -> None:
        self.folder = folder
        super().__init__(database, Tape(), chosen(folder, text))
        asked = Settings.model_validate({"database_url": "postgresql://nobody@127.0.0.1/none"})
        self.takers = [Taker(self.chosen, asked, strand) for strand in self.chosen.several if strand.extracts]

    def lay(self, of: str, tables: dict[str, Rows], at: datetime = FIRST) -> None:
        number = len(list((self.folder / of).glob("*")))
        own = {} if of == "care" else {n: tuple(rows[0]) for n, rows in tables.items()}
        known = dict(COLUMNS)
        COLUMNS.update(own)
        try:
            lay_down(self.folder / of / str(number), tables, at)
        finally:
            COLUMNS.clear()
            COLUMNS.update(known)

    async def take(self) -> None:
        for taker in self.takers:
            await taker.look(self.database.db)
        await self.catch_up()

    async def states(self) -> dict[str, Any]:
        """The newest of each that was ever emitted, by what it is of; ids as they are known, without revisions."""
        rows = await self.database.rows("SELECT kind, key, id FROM subject")
        named = {str(row["id"]): f"{row['kind']} {row['key']}" for row in rows}
        found: dict[str, Any] = {}
        for event in await self.all():
            if isinstance(event, Child | Worker | Team):
                text = event.model_dump_json(exclude={"revision", "event_id", "at"})
                for id, name in named.items():
                    text = text.replace(id, name)
                told = json.loads(text)
                found[next(str(v) for k, v in told.items() if k in ("child_id", "worker_id", "team_id"))] = told
        return {name: told for name, told in found.items() if not told["ended"]}

    async def all(self) -> list[Any]:
        self.seen = [*getattr(self, "seen", []), *await self.emitted()]
        return self.seen

    async def fresh(self) -> Freshness | None:
        return next((one for one in reversed(await self.all()) if isinstance(one, Freshness)), None)
