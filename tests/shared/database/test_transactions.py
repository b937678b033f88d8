"""One transaction: what is kept, what is not, and what the caller is told."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.processes import ports
from deploy.operate.migrate import MigrationChanged, migrate
from shared.contracts import BODY_MAX_BYTES
from shared.contracts.identity import Account, Session, SignedOut
from shared.database.pool import connect
from shared.database.refusal import Refusal
from shared.database.tx import Cause, DatabaseFailed, TooLarge

CAUSE = Cause("somebody", uuid4())


class NotToday(Refusal):
    """Not today."""


def fact() -> SignedOut:
    return SignedOut(actor=uuid4(), session_id=uuid4(), outcome="signed_out")


async def said(clone) -> int:
    return await clone.value("SELECT count(*) FROM outbox")


async def test_what_is_said_is_kept_with_the_commit(database):
    clone = await database("shared")
    async with clone.db.transaction(CAUSE) as tx:
        await tx.emit(event := fact())
    [row] = await clone.rows("SELECT topic, key, body, headers->>'ce_correlation' AS correlation FROM outbox")
    assert (row["topic"], row["key"]) == ("identity.facts.v1", str(event.session_id))
    assert SignedOut.model_validate_json(row["body"]) == event
    assert row["correlation"] == str(CAUSE.correlation)


async def test_a_refusal_commits_what_was_said_and_is_raised_on(database):
    clone = await database("shared")
    with pytest.raises(NotToday):
        async with clone.db.transaction(CAUSE) as tx:
            await tx.emit(fact())
            raise NotToday
    assert await said(clone) == 1


async def test_any_other_exception_rolls_back(database):
    clone = await database("shared")
    with pytest.raises(LookupError):
        async with clone.db.transaction(CAUSE) as tx:
            await tx.emit(fact())
            raise LookupError
    assert await said(clone) == 0


async def test_a_transaction_whose_statement_failed_never_passes_for_committed(database):
    """PostgreSQL answers the COMMIT of a failed transaction with a rollback and no error."""
    clone = await database("shared")
    with pytest.raises(DatabaseFailed):
        async with clone.db.transaction(CAUSE) as tx:
            await tx.emit(fact())
            with pytest.raises(DatabaseFailed):
                await tx.execute("SELECT 1 / 0")
    with pytest.raises(DatabaseFailed):
        async with clone.db.transaction(CAUSE) as tx:
            with pytest.raises(DatabaseFailed):
                await tx.execute("SELECT 1 / 0")
            raise NotToday
    assert await said(clone) == 0


async def test_a_failed_commit_is_a_failure_of_the_database(database):
    clone = await database("shared")
    await clone.execute(
        """
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'at commit'; END $$;
        CREATE CONSTRAINT TRIGGER no AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED
               FOR EACH ROW EXECUTE FUNCTION no();
        """
    )
    with pytest.raises(DatabaseFailed) as failed:
        async with clone.db.transaction(CAUSE) as tx:
            await tx.emit(fact())
    assert failed.value.sqlstate == "P0001"
    assert await said(clone) == 0


async def test_a_database_that_is_away_is_a_failure_not_a_wait_for_ever():
    [port] = ports.find(1)
    away = await connect(f"postgresql://x:y@127.0.0.1:{port}/z", "shared")
    with pytest.raises(DatabaseFailed):
        async with away.transaction(CAUSE):
            pass


async def test_the_failure_never_quotes_the_value(database):
    clone = await database("shared")
    with pytest.raises(DatabaseFailed) as failed:
        async with clone.db.transaction(CAUSE) as tx:
            await tx.value("SELECT $1::text::int", "Canary")
    assert "Canary" not in str(failed.value)
    assert failed.value.sqlstate == "22P02"


async def test_a_body_has_a_largest_size(database):
    clone = await database("shared")
    with pytest.raises(TooLarge):
        async with clone.db.transaction(CAUSE) as tx:
            await tx.emit(Account(account_id=uuid4(), revision=1, name="x" * BODY_MAX_BYTES))
    assert await said(clone) == 0


async def test_a_tombstone_has_the_key_and_no_body(database):
    clone = await database("shared")
    async with clone.db.transaction(CAUSE) as tx:
        await tx.forget(Session, "a", "b")
    rows = await clone.rows("SELECT topic, key, body FROM outbox ORDER BY seq")
    assert [(row["topic"], row["key"], row["body"]) for row in rows] == [
        ("identity.session.v1", "a", None),
        ("identity.session.v1", "b", None),
    ]


async def test_migrations_are_applied_once_in_name_order_and_never_edited(database, tmp_path: Path):
    clone = await database("shared")
    folder = tmp_path / "made" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0002_b.sql").write_text("ALTER TABLE a ADD COLUMN b int;")
    (folder / "0001_a.sql").write_text("CREATE TABLE a (id int);")
    assert await migrate(clone.owner_dsn, folder) == ["made/0001_a.sql", "made/0002_b.sql"]
    assert await migrate(clone.owner_dsn, folder) == []
    (folder / "0001_a.sql").write_text("CREATE TABLE a (id bigint);")
    with pytest.raises(MigrationChanged):
        await migrate(clone.owner_dsn, folder)


async def test_a_migration_that_fails_leaves_nothing(database, tmp_path: Path):
    clone = await database("shared")
    folder = tmp_path / "made" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_a.sql").write_text("CREATE TABLE a (id int); SELECT 1 / 0;")
    with pytest.raises(Exception, match="division"):
        await migrate(clone.owner_dsn, folder)
    assert await clone.value("SELECT to_regclass('a')") is None


async def test_the_service_role_may_not_change_what_it_said(database):
    clone = await database("shared")
    with pytest.raises(DatabaseFailed) as failed:
        async with clone.db.transaction(CAUSE) as tx:
            await tx.execute("UPDATE outbox SET body = NULL")
    assert failed.value.sqlstate == "42501"
