"""No record, no answer: whichever step fails in the database, a search gets 503 and no child; mended, it works."""

from __future__ import annotations

import pytest

from deploy.operate import databases
from services.lookup.app import service
from services.lookup.settings import Settings
from shared.database.pool import connect
from tests.lookup.world import TEAM, WORKER, Lookup, question, with_worker
from tests.support.engines import Engines
from tests.support.web import caller, web

CANARY = ("Mira", "O'Quillane", "Achterberg", "2014-04-03", "960222", "B801200005001", "found")


def at_insert(does: str) -> str:
    """The outbox insert itself fails in this way."""
    return f"""
        CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NEW; END $$;
        CREATE TRIGGER breaks BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION breaks();
    """


def at_commit(does: str) -> str:
    """Every statement succeeds, and the COMMIT fails in this way."""
    return f"""
        CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER breaks AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED
                   FOR EACH ROW EXECUTE FUNCTION breaks();
    """


RAISE = "RAISE EXCEPTION 'broken on purpose, beside B801200005001'"
FULL = f"{RAISE} USING ERRCODE = 'disk_full'"
CANCEL = "PERFORM pg_cancel_backend(pg_backend_pid()), pg_sleep(30)"
KILL = "PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(30)"
SHORT_OF_TIME = """
    ALTER TABLE freshness ENABLE ROW LEVEL SECURITY;
    CREATE POLICY hurries ON freshness USING (set_config('statement_timeout', '20ms', true) IS NOT NULL);
"""  # reading freshness sets a timeout for the statement that follows, the insert
MEND = "DROP FUNCTION IF EXISTS breaks CASCADE"
TIME_AGAIN = f"{MEND}; DROP POLICY hurries ON freshness; ALTER TABLE freshness DISABLE ROW LEVEL SECURITY"
FAILURES = {
    "insert raises": (at_insert(RAISE), MEND),
    "insert finds the disk full": (at_insert(FULL), MEND),
    "insert times out": (SHORT_OF_TIME + at_insert("PERFORM pg_sleep(30)"), TIME_AGAIN),
    "insert is cancelled": (at_insert(CANCEL), MEND),
    "insert's connection is killed": (at_insert(KILL), MEND),
    "insert is not allowed": (
        "REVOKE INSERT ON outbox FROM portal_service",
        "GRANT INSERT ON outbox TO portal_service",
    ),
    "commit raises": (at_commit(RAISE), MEND),
    "commit finds the disk full": (at_commit(FULL), MEND),
    "commit is cancelled": (at_commit(CANCEL), MEND),
    "commit's connection is killed": (at_commit(KILL), MEND),
    "commit breaks a constraint": (
        at_commit("RAISE EXCEPTION USING ERRCODE = 'unique_violation'"),
        MEND,
    ),
    "the question's table is gone": ("ALTER TABLE roll RENAME TO lost", "ALTER TABLE lost RENAME TO roll"),
    "the access table is gone": (
        "ALTER TABLE access_session RENAME TO lost",
        "ALTER TABLE lost RENAME TO access_session",
    ),
    "a worker's table may not be read": ("REVOKE ALL ON worker FROM lookup_service",
                                         "GRANT ALL ON worker TO lookup_service"),
}  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES)
async def test_without_a_record_there_is_no_answer(lookup: Lookup, failure: str) -> None:
    breaks, mends = FAILURES[failure]
    await lookup.keep(TEAM, WORKER, with_worker())
    await lookup.clone.execute(breaks)
    response = await lookup.web.post("/searches", question(), lookup.who)
    assert (response.status_code, response.json()["type"]) == (503, "/problems/no-record")
    assert not [word for word in CANARY if word in response.text]
    assert await lookup.facts() == []
    await lookup.clone.execute(mends)
    assert (await lookup.search())["outcome"] == "found"
    assert len(await lookup.facts()) == 1


async def test_with_its_connections_killed_meanwhile_a_search_is_answered_and_recorded_or_neither(
    lookup: Lookup, engines: Engines
) -> None:
    await lookup.keep(TEAM, WORKER, with_worker())
    async with databases.connected(engines.postgres) as admin:
        await admin.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{lookup.clone.name}'"
        )
    response = await lookup.web.post("/searches", question(), lookup.who)
    assert (response.status_code, len(await lookup.facts())) in ((200, 1), (503, 0))
    assert (await lookup.search())["outcome"] == "found"


async def test_without_a_database_there_is_no_answer() -> None:
    nowhere = await connect("postgresql://nobody@127.0.0.1:1/none", "lookup")
    asked = web(service, Settings(), nowhere)
    response = await asked.post("/searches", question(), caller("lead"))
    assert (response.status_code, response.json()["type"]) == (503, "/problems/no-record")
