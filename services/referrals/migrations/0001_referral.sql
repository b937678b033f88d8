-- Who is on which roll, and what a reader of a referral knows the child by: followed from the feed.
CREATE TABLE child (
    child_id    uuid   PRIMARY KEY,
    given_name  text,                            -- the four are NULL once the state has ended
    family_name text,
    born        date,
    upn         text,                            -- or where there is none
    revision    bigint NOT NULL
);

CREATE TABLE roll (
    child_id uuid NOT NULL,
    school   text NOT NULL,
    starts   date NOT NULL,
    ends     date                                -- first day not on roll
);
CREATE INDEX roll_by_child ON roll (child_id, school);

-- A concern or update that a school sent. The words are here and nowhere else.
CREATE TABLE referral (
    referral_id     uuid        PRIMARY KEY,
    reference       text        NOT NULL UNIQUE CHECK (reference ~ '^[1-9A-HJKMNP-TV-Z]{3}-[1-9A-HJKMNP-TV-Z]{3}-[1-9A-HJKMNP-TV-Z]$'),
    made_by         uuid        NOT NULL,
    idempotency_key uuid        NOT NULL,        -- the sender's own, one a referral
    body_sha256     bytea       NOT NULL,        -- of what was sent with it: another body under one key is refused
    child_id        uuid        NOT NULL,
    school          text        NOT NULL,
    agreement       text,
    made_at         timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,        -- one working day later
    gate            text        NOT NULL CHECK (gate IN ('not_urgent', 'telephoned', 'worker_told')),
    called_at       timestamptz,
    called_number   text,
    kind            text        NOT NULL CHECK (kind IN ('concern', 'update')),
    concern         text        NOT NULL,
    done_so_far     text        NOT NULL,
    parents_know    boolean     NOT NULL,
    parents_reason  text,
    contact         text        NOT NULL,
    child_said      text,
    family          text,
    UNIQUE (made_by, idempotency_key),
    CHECK (gate = 'not_urgent' OR (called_at, called_number) IS NOT NULL),
    CHECK (parents_know OR parents_reason IS NOT NULL)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON child, roll TO referrals_service;
GRANT SELECT, INSERT ON referral TO referrals_service;
