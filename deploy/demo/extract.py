"""The demo council as one that gives extracts: its case system's rows laid down as the Standard Safeguarding Dataset.

Social care's tables hold only those whom it knows; pupils come from what would be the education database. Both are read
at one moment, in one transaction. The manifest is written last.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from deploy.operate import databases
from deploy.operate.databases import Connection

KNOWN = "(restricted OR EXISTS (SELECT FROM involvement WHERE person_id = person.id))"
DAY = "to_char({}, 'YYYY-MM-DD') || ' 00:00:00.000' AS {}"


def _day(column: str, name: str) -> str:
    return DAY.format(column, name)


FILES: Mapping[str, str] = {
    "pupil": f"""
        SELECT 'p' || id AS pupil_id, upn, array_to_string(former_upns, ';') AS former_upns, given AS forename,
               family AS surname, {_day("born", "born")} FROM person""",
    "enrolment": f"""
        SELECT 'e' || id AS enrolment_id, 'p' || person_id AS pupil_id, urn, {_day("starts", "starts")},
               {_day("ends", "ends")} FROM school_history""",
    "ssd_person": f"""
        SELECT id AS pers_person_id, upn AS pers_upn, given AS pers_forename, family AS pers_surname,
               {_day("born", "pers_dob")} FROM person WHERE {KNOWN}""",
    "ssd_cin_episodes": f"""
        SELECT id AS cine_referral_id, person_id AS cine_person_id, {_day("opened", "cine_referral_date")},
               {_day("closed", "cine_close_date")}, 'N' AS cine_referral_nfa, team_id AS cine_referral_team
          FROM involvement WHERE plan IS DISTINCT FROM 'early_help'""",
    "ssd_early_help_episodes": f"""
        SELECT 'h' || id AS earl_episode_id, person_id AS earl_person_id, {_day("opened", "earl_episode_start_date")},
               {_day("closed", "earl_episode_end_date")}, NULL AS earl_episode_worker_id,
               team_id AS earl_episode_organisation FROM involvement WHERE plan = 'early_help'""",
    "ssd_involvements": f"""
        SELECT id AS invo_involvements_id, person_id AS invo_person_id, worker_id AS invo_professional_id,
               CASE WHEN is_lead THEN 'ASW' ELSE 'COW' END AS invo_professional_role_id,
               {_day("starts", "invo_involvement_start_date")}, {_day("ends", "invo_involvement_end_date")}
          FROM allocation""",
    "ssd_professionals": """
        SELECT id AS prof_professional_id, 'n' || id AS prof_staff_id,
               regexp_replace(name, '^(.*) ([^ ]+)$', '\\2, \\1') AS prof_professional_name,
               CASE job WHEN 'social_worker' THEN 'Social Worker' ELSE 'Family Support Worker' END
                   AS prof_professional_job_title FROM worker""",
    "ssd_department": "SELECT id AS dept_team_id, name AS dept_team_name FROM team",
    "restricted": "SELECT id AS pers_person_id, 'Y' AS restricted FROM person WHERE restricted",
    "roles": """
        SELECT * FROM (VALUES ('ASW', 'lead'), ('COW', 'allocated'), ('IRO', 'none')) AS role (role_id, role_means)""",
    "jobs": """
        SELECT * FROM (VALUES ('Social Worker', 'social_worker'), ('Family Support Worker', 'support_worker'))
                   AS job (job_title, job_means)""",
    "staff": f"""
        SELECT 'n' || id AS staff_id, team_id, phone, email, {_day("left_on", "left_on")},
               {_day("absent_until", "absent_until")} FROM worker""",
    "teams": "SELECT id AS team_id, duty_phone, duty_hours, out_of_hours_phone FROM team",
}  # fmt: skip


async def lay_down(source_dsn: str, extracts: Path) -> datetime:
    """One more extract in this folder, in a folder of its own; return up to when it is complete."""
    async with databases.connected(source_dsn, command_s=600) as conn:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            complete_to: datetime = await conn.fetchval("SELECT transaction_timestamp()")
            folder = extracts / f"{complete_to:%Y-%m-%dT%H-%M-%S-%f}"
            folder.mkdir(parents=True)
            files = [await _file(conn, folder, name, sql) for name, sql in FILES.items()]
    told = {"taken_at": datetime.now(UTC).isoformat(), "complete_to": complete_to.isoformat(), "files": files}
    written = folder / "manifest.part"
    written.write_text(json.dumps(told, indent=1))
    written.replace(folder / "manifest.json")
    return complete_to


async def _file(conn: Connection, folder: Path, name: str, sql: str) -> dict[str, object]:
    path = folder / f"{name}.csv"
    done = await conn.copy_from_query(f"{sql} ORDER BY 1", output=path, format="csv", header=True, null="NULL")
    with path.open("rb") as file:
        return {"file": path.name, "rows": int(done.split()[-1]), "sha256": file_digest(file, "sha256").hexdigest()}
