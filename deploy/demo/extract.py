"""The demo council as one that gives extracts: its case system's rows laid down as the Standard Safeguarding Dataset.

Social care's tables hold only those whom it knows; pupils come from what would be the education database. Both are read
at one moment, in one transaction. The manifest is written last.
"""

import json
import re
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from deploy.operate import databases
from deploy.operate.databases import Connection

QUERIES = Path(__file__).with_name("extract.sql")
FILE = re.compile(r"^-- (\w+\.csv)$", re.MULTILINE)


def queries() -> dict[str, str]:
    """The query of each file."""
    _, *parts = FILE.split(QUERIES.read_text(encoding="utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


async def lay_down(source_dsn: str, extracts: Path) -> datetime:
    """One more extract in this folder, in a folder of its own; return up to when it is complete."""
    async with (
        databases.connected(source_dsn, command_s=600) as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        complete_to: datetime = await conn.fetchval("SELECT transaction_timestamp()")
        folder = extracts / f"{complete_to:%Y-%m-%dT%H-%M-%S-%f}"
        folder.mkdir(parents=True)
        files = [await _file(conn, folder / name, sql) for name, sql in queries().items()]
    told = {"taken_at": datetime.now(UTC).isoformat(), "complete_to": complete_to.isoformat(), "files": files}
    written = folder / "manifest.part"
    written.write_text(json.dumps(told, indent=1))
    written.replace(folder / "manifest.json")
    return complete_to


async def _file(conn: Connection, path: Path, sql: str) -> dict[str, object]:
    done = await conn.copy_from_query(f"{sql} ORDER BY 1", output=path, format="csv", header=True, null="NULL")
    with path.open("rb") as file:
        return {"file": path.name, "rows": int(done.split()[-1]), "sha256": file_digest(file, "sha256").hexdigest()}
