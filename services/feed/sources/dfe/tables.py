"""What is kept of the Department for Education's payload (specification 0.8), and of the lists that are sent beside it.

The tables of social care, and their columns, are called as the payload's own parts. What is not named here is dropped.
"""

from collections.abc import Mapping

from services.feed.source import Table
from services.feed.sources import rolls

CHILD, EPISODE, SPELL = "children", "social_care_episodes", "care_worker_details"
WHOSE = ("la_child_id",)

TABLES: Mapping[str, Table] = {
    **rolls.TABLES,
    CHILD: Table(
        columns={
            "la_child_id": "text", "unique_pupil_number": "text", "former_unique_pupil_number": "text",
            "first_name": "text", "surname": "text", "date_of_birth": "date", "restricted": "flag",
        },
        key=WHOSE, kind="child", side="care", moves=("unique_pupil_number", "date_of_birth", "restricted"),
    ),
    EPISODE: Table(
        columns={
            "la_child_id": "text", "social_care_episode_id": "text", "referral_date": "date", "closure_date": "date",
            "referral_no_further_action_flag": "flag", "purge": "flag",
        },
        key=("la_child_id", "social_care_episode_id"), about=WHOSE, side="care", ends="closure_date",
        moves=("referral_no_further_action_flag",),
    ),
    SPELL: Table(
        columns={
            "la_child_id": "text", "social_care_episode_id": "text", "worker_id": "text", "spell": "text",
            "start_date": "date", "end_date": "date", "purge": "flag",
        },
        key=("la_child_id", "social_care_episode_id", "worker_id", "spell"), about=WHOSE, side="care",
        refers={("worker_id",): "worker"}, ends="end_date",
    ),
    "staff": Table(
        columns={
            "staff_id": "text", "name": "text", "job": "text", "team_id": "text", "phone": "text", "email": "text",
            "left_on": "date", "absent_until": "date",
        },
        key=("staff_id",), kind="worker", refers={("team_id",): "team"}, ends="left_on",
        moves=("team_id", "phone", "job"),
    ),
    "teams": Table(
        columns={
            "team_id": "text", "name": "text", "duty_phone": "text", "duty_hours": "text", "out_of_hours_phone": "text",
        },
        key=("team_id",), kind="team", moves=("duty_phone",),
    ),
    "complete": Table(columns={"which": "text", "complete_to": "moment"}, key=("which",), kind="freshness"),
}  # fmt: skip
"""`restricted` comes from the list of that name. `spell`: when one of a worker's times with a child began, as it was
first sent. `purge`: something was to be removed that was never sent."""
