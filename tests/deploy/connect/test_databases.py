"""The configurations for other databases, asked of the real connectors: all is well but that no database is there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.connect import NAMED_SECRET, beat, connector
from deploy.connect.databases import ORACLE, SQLSERVER, CapturedKind, Kind
from deploy.local import jars
from services.feed.source import Source
from services.feed.sources.council import source as council
from services.feed.sources.ssd import source as ssd
from tests.feed.sources.tiny import source as tiny
from tests.support.engines import Engines
from tests.support.source import Connect, connect_worker


@pytest.fixture(scope="module")
async def connect(engines: Engines) -> AsyncIterator[Connect]:
    """A Connect that has the connectors of both, and no database."""
    plugins = jars.install(lock=jars.DATABASES_LOCK)[jars.ORACLE].parent
    async with connect_worker(engines.kafka, more={"plugin.path": str(plugins)}) as made:
        yield made


def config(kind: Kind, **other: str) -> dict[str, str]:
    made = connector(
        host="127.0.0.1", port=1, database="council", user="capture", password="x", kind=kind, schema="cases",
        kafka="127.0.0.1:9092",
    )  # fmt: skip
    return made | {"name": "portal", "connection.validation.timeout.ms": "5000", **other}


async def faults(connect: Connect, given: dict[str, str]) -> dict[str, list[str]]:
    """What the connector says of a configuration, by the setting that it says it of."""
    answer = await connect.ask("PUT", f"/connector-plugins/{given['connector.class']}/config/validate", given)
    assert answer.is_success, answer.text
    values = [value for one in answer.json()["configs"] if (value := one["value"])]
    return {value["name"]: value["errors"] for value in values if value["errors"]}


@pytest.mark.engines
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlserver", "oracle"])
async def test_the_real_connector_finds_nothing_amiss_but_the_connection(connect: Connect, kind: Kind) -> None:
    found = await faults(connect, config(kind))
    assert set(found) == {"database.hostname"}, found
    assert "Unable to connect" in found["database.hostname"][0] or "timed out" in found["database.hostname"][0]


@pytest.mark.engines
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlserver", "oracle"])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("time.precision.mode", "weeks"), ("decimal.handling.mode", "roman"), ("snapshot.mode", "never again"),
        ("column.include.list", "cases.("), ("heartbeat.interval.ms", "often"),
        ("transforms.route.type", "org.example.None"),
    ],
)  # fmt: skip
async def test_what_is_wrong_in_it_the_real_connector_would_find(
    connect: Connect, kind: Kind, setting: str, value: str
) -> None:
    assert setting in await faults(connect, config(kind, **{setting: value}))


@pytest.mark.parametrize("kind", ["postgresql", "sqlserver", "oracle"])
def test_everything_that_is_to_be_filled_in_is_and_the_password_is_only_named(kind: Kind) -> None:
    made = connector(host="h", port=2, database="d", user="u", kind=kind, schema="s", kafka="k:1")
    assert made["database.password"] == NAMED_SECRET
    assert not {"HOST", "PORT", "DATABASE", "USER", "PASSWORD", "KAFKA"} & set(made.values())
    assert {table.split(".")[0] for table in made["table.include.list"].split(",")} == {"s"}


@pytest.mark.parametrize(
    ("source", "kind", "query"),
    [
        (
            council, SQLSERVER,
            "UPDATE [db].[s].[heartbeat] SET [at] = TODATETIMEOFFSET(SYSUTCDATETIME(), 0) WHERE [id] = 1",
        ),
        (council, ORACLE, """UPDATE "S"."HEARTBEAT" SET "AT" = SYSTIMESTAMP AT TIME ZONE 'UTC' WHERE "ID" = 1"""),
        (tiny, ORACLE, """UPDATE "S"."PULSE" SET "BEATEN" = SYSTIMESTAMP AT TIME ZONE 'UTC' WHERE "WHICH" = 'main'"""),
    ],
)  # fmt: skip
def test_it_beats_in_the_words_of_its_database(source: Source, kind: CapturedKind, query: str) -> None:
    assert beat(source, kind, "db", "s") == query
    assert ssd.heartbeat.key in beat(ssd, kind, "db", "s")
