"""Every SQL statement on signing in: credentials, challenges, guesses, known origins and devices, refusals."""

from datetime import datetime
from uuid import UUID

from services.identity.sign_in import domain
from services.identity.sign_in.domain import Bucket, Challenge, Credentials, GatheredTries, GuessKind, Tally
from shared.database.tx import Tx

SUBJECT_LOCK = 0x67756573  # the first half of an advisory lock's key: guesses at one account take their turn

# Accounts, as far as signing in reads and writes them

CREDENTIALS = "SELECT account_id, email, password_hash, code_sealed, used_step, disabled_at FROM account"


async def credentials_of(tx: Tx, email: str) -> Credentials | None:
    return await tx.one(Credentials, f"{CREDENTIALS} WHERE email = $1", email)


async def credentials(tx: Tx, account_id: UUID) -> Credentials | None:
    return await tx.one(Credentials, f"{CREDENTIALS} WHERE account_id = $1", account_id)


async def credentials_locked(tx: Tx, account_id: UUID) -> Credentials | None:
    return await tx.one(Credentials, f"{CREDENTIALS} WHERE account_id = $1 FOR UPDATE", account_id)


async def put_proofs(tx: Tx, account_id: UUID, password_hash: str, code_sealed: bytes) -> None:
    await tx.execute(
        "UPDATE account SET password_hash = $2, code_sealed = $3, used_step = NULL WHERE account_id = $1",
        account_id, password_hash, code_sealed,
    )  # fmt: skip


async def put_used_step(tx: Tx, account_id: UUID, step: int) -> None:
    await tx.execute("UPDATE account SET used_step = $2 WHERE account_id = $1", account_id, step)


# Challenges


async def add_challenge(tx: Tx, challenge_id: UUID, secret_hash: bytes, account_id: UUID) -> None:
    await tx.execute(
        "INSERT INTO challenge (challenge_id, secret_hash, account_id, made_at) VALUES ($1, $2, $3, $4)",
        challenge_id, secret_hash, account_id, tx.now,
    )  # fmt: skip


async def challenge(tx: Tx, secret_hash: bytes) -> Challenge | None:
    kept = "SELECT challenge_id, account_id, made_at, guesses FROM challenge WHERE secret_hash = $1"
    return await tx.one(Challenge, kept, secret_hash)


async def count_on_challenge(tx: Tx, challenge_id: UUID) -> None:
    await tx.execute("UPDATE challenge SET guesses = guesses + 1 WHERE challenge_id = $1", challenge_id)


async def forget_challenge(tx: Tx, challenge_id: UUID) -> None:
    await tx.execute("DELETE FROM challenge WHERE challenge_id = $1", challenge_id)


async def forget_challenges_of(tx: Tx, account_id: UUID) -> None:
    await tx.execute("DELETE FROM challenge WHERE account_id = $1", account_id)


# Guesses


async def lock_subject(tx: Tx, subject: bytes) -> None:
    """Wait for the other guesses at this account, so that a hundred at once are counted one after another."""
    await tx.execute("SELECT pg_advisory_xact_lock($1, hashtext(encode($2, 'hex')))", SUBJECT_LOCK, subject)


async def is_known(tx: Tx, subject: bytes, client: str) -> bool:
    seen = "SELECT EXISTS (SELECT FROM origin WHERE subject = $1 AND client = $2 AND seen_at > $3)"
    return bool(await tx.value(seen, subject, client, tx.now - domain.KNOWN_FOR))


async def tally(tx: Tx, subject: bytes, bucket: Bucket, kind: GuessKind) -> Tally:
    """What `domain.too_many` decides by. `client` and `everywhere` count up to 1,000: more makes no difference."""
    row = await tx.row(
        """
        SELECT count(*) FILTER (WHERE client = $2 AND at > $5) AS here,
               count(*) FILTER (WHERE NOT known AND at > $5) AS strangers,
               count(*) FILTER (WHERE CASE WHEN $4 THEN client = $2 ELSE NOT known END) AS day,
               (SELECT count(*) FROM (SELECT FROM guess WHERE client = $2 AND at > $5 LIMIT 1000) g) AS client,
               (SELECT count(*) FROM (SELECT FROM guess WHERE at > $5 LIMIT 1000) g) AS everywhere
          FROM guess
         WHERE subject = $1 AND kind = $3 AND at > $6
        """,
        subject, bucket.client, kind, bucket.known, tx.now - domain.WINDOW, tx.now - domain.DAY,
    )  # fmt: skip
    assert row is not None
    return Tally(**row)


async def add_guess(tx: Tx, guess_id: UUID, subject: bytes, bucket: Bucket, kind: GuessKind) -> None:
    await tx.execute(
        "INSERT INTO guess (guess_id, subject, client, kind, known, at) VALUES ($1, $2, $3, $4, $5, $6)",
        guess_id, subject, bucket.client, kind, bucket.known, tx.now,
    )  # fmt: skip


async def forget_guess(tx: Tx, guess_id: UUID) -> None:
    await tx.execute("DELETE FROM guess WHERE guess_id = $1", guess_id)


async def forget_places_of(tx: Tx, subject: bytes) -> None:
    """No origin and no device of this account is known any more."""
    gone = "WITH gone AS (DELETE FROM origin WHERE subject = $1) DELETE FROM device WHERE subject = $1"
    await tx.execute(gone, subject)


async def put_origin(tx: Tx, subject: bytes, client: str) -> None:
    await tx.execute(
        """
        INSERT INTO origin (subject, client, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (subject, client) DO UPDATE SET seen_at = excluded.seen_at
        """,
        subject, client, tx.now,
    )  # fmt: skip


# Devices that are known, by the secret in their cookie


async def is_known_device(tx: Tx, subject: bytes, secret_hash: bytes) -> bool:
    seen = "SELECT EXISTS (SELECT FROM device WHERE subject = $1 AND secret_hash = $2 AND seen_at > $3)"
    return bool(await tx.value(seen, subject, secret_hash, tx.now - domain.KNOWN_FOR))


async def put_device(tx: Tx, subject: bytes, secret_hash: bytes) -> None:
    await tx.execute(
        """
        INSERT INTO device (subject, secret_hash, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (subject, secret_hash) DO UPDATE SET seen_at = excluded.seen_at
        """,
        subject, secret_hash, tx.now,
    )  # fmt: skip


async def copy_device(tx: Tx, old_hash: bytes, new_hash: bytes) -> None:
    """Accounts known by the old secret are known by the new one too: the latest DEVICES_SHARED_MAX of them."""
    await tx.execute(
        """
        INSERT INTO device (subject, secret_hash, seen_at)
        SELECT subject, $2, seen_at FROM device WHERE secret_hash = $1 ORDER BY seen_at DESC LIMIT $3
        ON CONFLICT DO NOTHING
        """,
        old_hash, new_hash, domain.DEVICES_SHARED_MAX,
    )  # fmt: skip


# Refused tries that are gathered


async def gather(tx: Tx, attempt_id: UUID, minute: datetime, client: str, actor: UUID | None, outcome: str) -> bool:
    """Count one more in this minute; True: it is the first, whose `attempt_id` stands for those that follow."""
    return bool(
        await tx.value(
            """
            INSERT INTO refused (attempt_id, minute, client, actor, outcome, more) VALUES ($1, $2, $3, $4, $5, 0)
            ON CONFLICT (minute, client, actor, outcome) DO UPDATE SET more = refused.more + 1
            RETURNING more = 0
            """,
            attempt_id, minute, client, actor, outcome,
        )
    )  # fmt: skip


async def take_gathered(tx: Tx, before: datetime, batch_max: int) -> list[GatheredTries]:
    """Take out, up to `batch_max`, what was gathered in minutes that began before this time."""
    rows = await tx.rows(
        """
        DELETE FROM refused WHERE attempt_id IN
               (SELECT attempt_id FROM refused WHERE minute < $1 ORDER BY minute LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING attempt_id, actor, outcome, more
        """,
        before, batch_max,
    )  # fmt: skip
    return [GatheredTries(**row) for row in rows]


# Purging

PURGED = {
    "challenge": ("made_at", domain.CHALLENGE_LIFE), "guess": ("at", domain.DAY),
    "origin": ("seen_at", domain.KNOWN_FOR), "device": ("seen_at", domain.KNOWN_FOR),
}  # fmt: skip
"""Of each table the column with a row's time, and how long a row counts from then."""


async def purge(tx: Tx) -> None:
    """Delete challenges and guesses that count no more, and places that are known no more."""
    for table, (at, counts_for) in PURGED.items():
        await tx.execute(f"DELETE FROM {table} WHERE {at} < $1", tx.now - counts_for)  # noqa: S608
