"""How Kafka Connect captures the source: Debezium's configuration, as a template and the places that are filled in.

Which tables and columns are captured is the source's own to say: services/feed/sources.
"""

import json
from pathlib import Path

from deploy.connect.databases import DATABASES, POSTGRESQL, CapturedKind, Kind
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


def connector(
    *, host: str, port: int, database: str, user: str, password: str = NAMED_SECRET,
    kind: Kind = "postgresql", schema: str = "", kafka: str = "",
) -> dict[str, str]:  # fmt: skip
    """The connector's whole configuration, for `PUT /connectors/portal/config` and for FEED_CONNECTOR (as JSON).

    Unless a test gives it, the password is only named, so that it is neither in Connect's topic nor in the answers of
    its REST interface. `schema`: of the source's tables, if not the usual one; Oracle has no usual one. `kafka`: the
    brokers, host:port, for connectors that keep what the tables were like there themselves (SQL Server, Oracle).
    """
    filled = {"HOST": host, "PORT": str(port), "DATABASE": database, "USER": user, "PASSWORD": password, "KAFKA": kafka}
    template: dict[str, str] = json.loads(Path(__file__).with_name(DATABASES[kind].template).read_text())
    config = {name: filled.get(value, value) for name, value in template.items()}
    return config | captured(DATABASES[kind], database, schema) | {"transforms.route.replacement": RAW_TOPIC}


def captured(kind: CapturedKind = POSTGRESQL, database: str = "", schema: str = "") -> dict[str, str]:
    """The tables and columns of the source that FEED_SOURCE names: nothing else leaves it; and its heartbeat."""
    source, schema = from_environment().source, schema or kind.schema
    tables = {f"{schema}.{name}": table for name, table in source.tables.items()}
    return {
        "heartbeat.action.query": beat(source, kind, database, schema),
        "table.include.list": ",".join(tables),
        "column.include.list": ",".join(f"{name}.({'|'.join(table.columns)})" for name, table in tables.items()),
    }


def beat(source: Source, kind: CapturedKind = POSTGRESQL, database: str = "", schema: str = "") -> str:
    """What the connector does in the source every second, so that up to when everything has come is known."""
    [name] = [name for name, table in source.tables.items() if table.kind == "freshness"]
    columns = source.tables[name].columns
    [moment] = [column for column, type in columns.items() if type == "moment"]
    [key] = source.tables[name].key
    row = source.heartbeat.key if columns[key] == "whole" else f"'{source.heartbeat.key}'"
    where = f"{kind.named(key)} = {row}"
    table = kind.table(name, database, schema)
    return f"UPDATE {table} SET {kind.named(moment)} = {kind.now} WHERE {where}"  # noqa: S608 - the source's own names
