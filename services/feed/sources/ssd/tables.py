"""The tables and columns of an SSD council that are read: nothing else is opened, and no plan, reason or address is.

Social care's tables are those of the Standard Safeguarding Dataset. It has no school, no telephone and no mark of a
restricted child: `pupil` and `enrolment` come from the council's education database, the directories from whoever keeps
them. Dates in the dataset are moments at midnight; keys are text.
"""

from collections.abc import Mapping

from services.feed.source import Directory, Table
from services.feed.sources import rolls

PERSON = "ssd_person"
CIN, EARLY_HELP, INVOLVEMENT = "ssd_cin_episodes", "ssd_early_help_episodes", "ssd_involvements"
PERSON_KEY = ("pers_person_id",)

RESTRICTED = Directory(name="restricted", key="pers_person_id", on="pers_person_id", columns=("restricted",), some=True)
ROLES = Directory(name="roles", key="role_id", on="invo_professional_role_id", columns=("role_means",))
"""What the council's codes mean: `lead` (the worker who answers for the case), `allocated`, or `none` (no worker)."""
JOBS = Directory(name="jobs", key="job_title", on="prof_professional_job_title", columns=("job_means",))
"""What the council's job titles mean: `social_worker` or `support_worker`."""
STAFF = Directory(
    name="staff", key="staff_id", on="prof_staff_id", columns=("team_id", "phone", "email", "left_on", "absent_until")
)
TEAMS = Directory(
    name="teams", key="team_id", on="dept_team_id", columns=("duty_phone", "duty_hours", "out_of_hours_phone")
)

TABLES: Mapping[str, Table] = {
    **rolls.TABLES,
    PERSON: Table(
        columns={
            "pers_person_id": "text", "pers_upn": "text", "pers_forename": "text", "pers_surname": "text",
            "pers_dob": "date", "restricted": "flag",
        },
        key=PERSON_KEY, kind="child", side="care", moves=("pers_upn", "pers_dob", "restricted"), joins=(RESTRICTED,),
    ),
    CIN: Table(
        columns={
            "cine_referral_id": "text", "cine_person_id": "text", "cine_referral_date": "date",
            "cine_close_date": "date", "cine_referral_nfa": "flag", "cine_referral_team": "text",
        },
        key=("cine_referral_id",), about=("cine_person_id",), side="care", refers={("cine_referral_team",): "team"},
        ends="cine_close_date", moves=("cine_person_id", "cine_referral_nfa", "cine_referral_team"),
    ),
    EARLY_HELP: Table(
        columns={
            "earl_episode_id": "text", "earl_person_id": "text", "earl_episode_start_date": "date",
            "earl_episode_end_date": "date", "earl_episode_worker_id": "text", "earl_episode_organisation": "text",
        },
        key=("earl_episode_id",), about=("earl_person_id",), side="care",
        refers={("earl_episode_worker_id",): "worker", ("earl_episode_organisation",): "team"},
        ends="earl_episode_end_date",
        moves=("earl_person_id", "earl_episode_worker_id", "earl_episode_organisation"),
    ),
    INVOLVEMENT: Table(
        columns={
            "invo_involvements_id": "text", "invo_person_id": "text", "invo_professional_id": "text",
            "invo_professional_role_id": "text", "invo_involvement_start_date": "date",
            "invo_involvement_end_date": "date", "role_means": "text",
        },
        key=("invo_involvements_id",), about=("invo_person_id",), side="care",
        refers={("invo_professional_id",): "worker"},
        ends="invo_involvement_end_date", moves=("invo_person_id", "invo_professional_id", "role_means"),
        joins=(ROLES,),
    ),
    "ssd_professionals": Table(
        columns={
            "prof_professional_id": "text", "prof_staff_id": "text", "prof_professional_name": "text",
            "prof_professional_job_title": "text", "job_means": "text", "team_id": "text", "phone": "text",
            "email": "text", "left_on": "date", "absent_until": "date",
        },
        key=("prof_professional_id",), kind="worker", refers={("team_id",): "team"}, ends="left_on",
        moves=("team_id", "phone", "job_means"), joins=(JOBS, STAFF),
    ),
    "ssd_department": Table(
        columns={
            "dept_team_id": "text", "dept_team_name": "text", "duty_phone": "text", "duty_hours": "text",
            "out_of_hours_phone": "text",
        },
        key=("dept_team_id",), kind="team", moves=("duty_phone",), joins=(TEAMS,),
    ),
    "manifest": Table(columns={"which": "text", "complete_to": "moment"}, key=("which",), kind="freshness"),
}  # fmt: skip
"""`manifest` is made from the extract's own manifest: there is no such file of rows."""
