"""The tables and columns of the council's case system that are captured: nothing else leaves it."""

from collections.abc import Mapping

from services.feed.source import Table

KEY = ("id",)
PERSON = ("person_id",)

TABLES: Mapping[str, Table] = {
    "person": Table(
        columns={
            "id": "whole", "upn": "text", "former_upns": "texts", "given": "text", "family": "text", "born": "date",
            "restricted": "flag",
        },
        key=KEY, kind="child",
    ),
    "school_history": Table(
        columns={"id": "whole", "person_id": "whole", "urn": "text", "starts": "date", "ends": "date"},
        key=KEY, about=PERSON,
    ),
    "involvement": Table(
        columns={"id": "whole", "person_id": "whole", "team_id": "whole", "opened": "date", "closed": "date"},
        key=KEY, about=PERSON, refers={("team_id",): "team"}, gives="care",
    ),
    "allocation": Table(
        columns={
            "id": "whole", "person_id": "whole", "worker_id": "whole", "is_lead": "flag", "starts": "date",
            "ends": "date",
        },
        key=KEY, about=PERSON, refers={("worker_id",): "worker"}, gives="care",
    ),
    "worker": Table(
        columns={
            "id": "whole", "name": "text", "job": "text", "team_id": "whole", "phone": "text", "email": "text",
            "left_on": "date", "absent_until": "date",
        },
        key=KEY, kind="worker", refers={("team_id",): "team"},
    ),
    "team": Table(
        columns={
            "id": "whole", "name": "text", "duty_phone": "text", "duty_hours": "text", "out_of_hours_phone": "text",
        },
        key=KEY, kind="team",
    ),
    "heartbeat": Table(columns={"id": "whole", "at": "moment"}, key=KEY, kind="freshness"),
}  # fmt: skip
"""A record of a whole row that lacks one of these columns makes nothing fresh (0017)."""
