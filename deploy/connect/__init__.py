"""How Kafka Connect captures the source: Debezium's configuration, as a template and the places that are filled in.

Which tables and columns are captured is the source's own to say: services/feed/sources.
"""

import json
from pathlib import Path

from services.feed.chosen import from_environment
from services.feed.source import Source
from services.feed.way import RAW_TOPIC

NAME = "portal"
CAPTURE_SECRET = "PORTAL_CAPTURE_PASSWORD"  # noqa: S105 - the name of a variable
"""The variable of Connect's own environment in which it finds the password of the source's capture role."""
NAMED_SECRET = f"${{env:{CAPTURE_SECRET}}}"
"""The same for Connect, whose config provider reads it there."""
CONNECT_SECRET = "PORTAL_CONNECT_PASSWORD"  # noqa: S105 - the name of a variable
"""The variable that holds the password of Connect's REST interface, for those who ask it."""


def connector(*, host: str, port: int, database: str, user: str, password: str = NAMED_SECRET) -> dict[str, str]:
    """The connector's whole configuration, for `PUT /connectors/portal/config` and for FEED_CONNECTOR (as JSON).

    Unless a test gives it, the password is only named, so that it is neither in Connect's topic nor in the answers of
    its REST interface.
    """
    filled = {"HOST": host, "PORT": str(port), "DATABASE": database, "USER": user, "PASSWORD": password}
    template: dict[str, str] = json.loads(Path(__file__).with_name("source.json").read_text())
    config = {name: filled.get(value, value) for name, value in template.items()}
    return config | captured() | {"transforms.route.replacement": RAW_TOPIC}


def captured() -> dict[str, str]:
    """The tables and columns of the source that FEED_SOURCE names: nothing else leaves it; and its heartbeat."""
    source = from_environment().source
    tables = source.tables
    return {
        "heartbeat.action.query": beat(source),
        "table.include.list": ",".join(f"public.{name}" for name in tables),
        "column.include.list": ",".join(f"public.{name}.({'|'.join(tables[name].columns)})" for name in tables),
    }


def beat(source: Source) -> str:
    """What the connector does in the source every second, so that up to when everything has come is known."""
    [name] = [name for name, table in source.tables.items() if table.kind == "freshness"]
    columns = source.tables[name].columns
    [moment] = [column for column, kind in columns.items() if kind == "moment"]
    [key] = source.tables[name].key
    row = source.heartbeat.key if columns[key] == "whole" else f"'{source.heartbeat.key}'"
    return f"UPDATE {name} SET {moment} = clock_timestamp() WHERE {key} = {row}"  # noqa: S608 - the source's own names
