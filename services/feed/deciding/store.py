"""SQL for what a person sees of pairs of records, and decides. The statements are put together from constants."""
# ruff: noqa: S608

from typing import Any
from uuid import UUID

from services.feed.deciding.domain import Group, ListedPair, ShownPair, ShownRecord
from services.feed.linking.domain import Ends, from_json
from services.feed.source import Side
from shared.database.tx import Tx

PAIRS = """
SELECT p.id, p.roll, p.care, p.verdict, p.why, p.standing, p.since,
       r.described AS roll_described, r.digest AS roll_digest, c.described AS care_described, c.digest AS care_digest,
       d.same AS decided, d.actor AS decided_by, d.at AS decided_at
  FROM link_pair AS p
  JOIN link_record AS r ON r.key = p.roll
  JOIN link_record AS c ON c.key = p.care
  LEFT JOIN link_decision AS d ON (d.roll, d.care, d.roll_digest, d.care_digest) = (p.roll, p.care, r.digest, c.digest)
"""
GROUPS: dict[Group, str] = {
    "waiting": "standing = 'waiting'",
    "marked": "standing = 'linked' AND verdict = 'marked' AND decided IS NULL",
    "decided": "decided IS NOT NULL",
}
ORDER: dict[Group, str] = {"waiting": "since", "marked": "since DESC", "decided": "decided_at DESC"}
LISTED = "id, verdict, why, standing, since, decided"


async def of_group(tx: Tx, group: Group, pairs_max: int) -> list[ListedPair]:
    """Those that wait the longest first; of the others the newest."""
    found = await tx.rows(
        f"SELECT {LISTED} FROM ({PAIRS}) AS pair WHERE {GROUPS[group]} ORDER BY {ORDER[group]}, id LIMIT $1", pairs_max
    )
    return [ListedPair(**row) for row in found]


async def of_upn(tx: Tx, upn: str, pairs_max: int) -> list[tuple[ListedPair, Ends]]:
    """The pairs of the records that have this UPN, whatever is said of them."""
    found = await tx.rows(
        f"""
        SELECT {LISTED}, roll, care
          FROM ({PAIRS}) AS pair
         WHERE roll = ANY(ARRAY(SELECT key FROM link_record WHERE keys && $1::text[]))
            OR care = ANY(ARRAY(SELECT key FROM link_record WHERE keys && $1::text[]))
         ORDER BY since, id LIMIT $2
        """,
        [f"ru{upn}", f"cu{upn}"], pairs_max,
    )  # fmt: skip
    named = [(dict(row), Ends(row["roll"], row["care"])) for row in found]
    return [(ListedPair(**{n: v for n, v in row.items() if n not in ("roll", "care")}), ends) for row, ends in named]


async def counts(tx: Tx) -> dict[Group, int]:
    """How many there are of each group."""
    counted = ", ".join(f"count(*) FILTER (WHERE {which}) AS {group}" for group, which in GROUPS.items())
    row = await tx.row(f"SELECT {counted} FROM ({PAIRS}) AS pair")
    assert row is not None
    return {group: row[group] for group in GROUPS}


async def pair(tx: Tx, id: UUID) -> ShownPair | None:
    """Two records side by side."""
    row = await tx.row(
        f"""
        SELECT pair.*, r.id AS roll_id, c.id AS care_id
          FROM ({PAIRS}) AS pair
          LEFT JOIN subject AS r ON (r.kind, r.key) = ('child', roll)
          LEFT JOIN subject AS c ON (c.kind, c.key) = ('child', care)
         WHERE pair.id = $1
        """,
        id,
    )
    return _shown(row) if row else None


def _shown(row: Any) -> ShownPair:
    told = ("id", "verdict", "why", "standing", "since", "decided", "decided_by", "decided_at")
    named: dict[str, Any] = {name: row[name] for name in told}
    return ShownPair(**named, ends=Ends(row["roll"], row["care"]), roll=_record(row, "roll"), care=_record(row, "care"))


def _record(row: Any, side: Side) -> ShownRecord:
    return ShownRecord(row[side], from_json(row[f"{side}_described"]), row[f"{side}_id"], row[f"{side}_digest"])


async def children(tx: Tx, keys: list[str]) -> list[UUID]:
    """The ids of the children with these keys."""
    found = await tx.rows("SELECT id FROM subject WHERE kind = 'child' AND key = ANY($1::text[]) ORDER BY id", keys)
    return [row["id"] for row in found]


async def put_decision(tx: Tx, shown: ShownPair, same: bool, actor: UUID) -> None:
    """A person said what these two records are, as they are described now."""
    await tx.execute(
        """
        INSERT INTO link_decision (roll, care, same, roll_digest, care_digest, actor, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (roll, care) DO UPDATE
           SET same = excluded.same, roll_digest = excluded.roll_digest, care_digest = excluded.care_digest,
               actor = excluded.actor, at = excluded.at
        """,
        *shown.ends, same, shown.roll.digest, shown.care.digest, actor, tx.now,
    )  # fmt: skip


async def delete_decision(tx: Tx, ends: Ends) -> None:
    await tx.execute("DELETE FROM link_decision WHERE (roll, care) = ($1, $2)", *ends)
