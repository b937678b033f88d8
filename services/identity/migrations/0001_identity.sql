-- Who people are, what they may act as, and what keeps a stranger out. Nothing here is followed from elsewhere.

-- The text that a school agreed to, kept word for word; its version is the text's own hash.
CREATE TABLE agreement (
    version text        PRIMARY KEY CHECK (version = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    text    text        NOT NULL,
    made_at timestamptz NOT NULL
);

CREATE TABLE school (
    urn       text   PRIMARY KEY CHECK (urn ~ '^[0-9]{6}$'),
    name      text   NOT NULL,
    agreement text   REFERENCES agreement,                     -- NULL: none, so nobody may act for it
    status    text   NOT NULL DEFAULT 'live' CHECK (status IN ('live', 'suspended')),
    revision  bigint NOT NULL
);

CREATE TABLE account (
    account_id    uuid        PRIMARY KEY,
    email         text        NOT NULL UNIQUE,                 -- normalised
    name          text        NOT NULL,
    password_hash text        NOT NULL,                        -- argon2id, PHC string
    code_sealed   bytea       NOT NULL,                        -- the time code's secret, AES-256-GCM
    used_step     bigint,                                      -- the last 30 seconds whose code was used
    disabled_at   timestamptz,
    revision      bigint      NOT NULL
);

CREATE TABLE role_held (
    account_id uuid NOT NULL REFERENCES account,
    role       text NOT NULL,
    school     text REFERENCES school,
    UNIQUE NULLS NOT DISTINCT (account_id, role, school),
    CHECK ((school IS NOT NULL) = (role IN ('headteacher', 'lead', 'account_administrator')))
);
CREATE INDEX role_held_school ON role_held (school);

-- A right password that waits for its code.
CREATE TABLE challenge (
    challenge_id uuid        PRIMARY KEY,
    secret_hash  bytea       NOT NULL UNIQUE,                  -- SHA-256
    account_id   uuid        NOT NULL REFERENCES account,
    made_at      timestamptz NOT NULL,
    guesses      integer     NOT NULL DEFAULT 0
);
CREATE INDEX challenge_account ON challenge (account_id);
CREATE INDEX challenge_made_at ON challenge (made_at);

CREATE TABLE session (
    session_id    uuid        PRIMARY KEY,
    secret_hash   bytea       NOT NULL UNIQUE,                 -- SHA-256
    account_id    uuid        NOT NULL REFERENCES account,
    acting_role   text,
    acting_school text        REFERENCES school,
    started_at    timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL,
    ended_at      timestamptz,
    ended_why     text        CHECK (ended_why IN ('time', 'signed_out', 'access_ended')),
    revision      bigint      NOT NULL,
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE INDEX session_live  ON session (account_id) WHERE ended_at IS NULL;
CREATE INDEX session_seen  ON session (seen_at)    WHERE ended_at IS NULL;
CREATE INDEX session_age   ON session (started_at) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON session (ended_at)   WHERE ended_at IS NOT NULL;

-- A guess counts from when it is made; one that proves right is taken out again.
CREATE TABLE guess (
    guess_id uuid        PRIMARY KEY,
    subject  bytea       NOT NULL,                             -- HMAC of the email: an unknown one is counted alike
    client   text        NOT NULL,                             -- the origin, as the gateway hashed it
    kind     text        NOT NULL CHECK (kind IN ('password', 'code')),
    known    boolean     NOT NULL,
    at       timestamptz NOT NULL
);
CREATE INDEX guess_subject ON guess (subject, kind, at);
CREATE INDEX guess_client  ON guess (client, at);
CREATE INDEX guess_at      ON guess (at);

-- Where an account has signed in from, whole: no stranger's guesses lock these out.
CREATE TABLE origin (
    subject bytea       NOT NULL,
    client  text        NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (subject, client)
);
CREATE INDEX origin_seen ON origin (seen_at);

CREATE TABLE signing_key (
    kid        text        PRIMARY KEY,
    sealed     bytea       NOT NULL,                           -- the private key, AES-256-GCM
    published  jsonb       NOT NULL,                           -- the public JWK
    made_at    timestamptz NOT NULL,
    retired_at timestamptz
);
CREATE UNIQUE INDEX signing_key_one ON signing_key ((true)) WHERE retired_at IS NULL;

GRANT SELECT, INSERT ON agreement, role_held TO identity_service;
GRANT SELECT, INSERT, UPDATE ON school, account, signing_key TO identity_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON challenge, session, guess, origin TO identity_service;
