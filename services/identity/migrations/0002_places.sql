-- Devices on which an account has signed in whole: what strangers guess at the same address does not lock these out.
CREATE TABLE device (
    subject     bytea       NOT NULL,                          -- HMAC of the email, as of a guess
    secret_hash bytea       NOT NULL,                          -- SHA-256 of the secret in the device's cookie
    seen_at     timestamptz NOT NULL,
    PRIMARY KEY (subject, secret_hash)
);
CREATE INDEX device_secret ON device (secret_hash);
CREATE INDEX device_seen   ON device (seen_at);

-- Refused tries that no limit ends, counted for a minute: the first is said at once, the rest as one fact when it is over.
CREATE TABLE refused (
    attempt_id uuid        PRIMARY KEY,                        -- the first one's
    minute     timestamptz NOT NULL,
    client     text        NOT NULL,                           -- the origin
    actor      uuid,                                           -- the account, if there is one
    outcome    text        NOT NULL,
    more       integer     NOT NULL,                           -- how many followed it
    UNIQUE NULLS NOT DISTINCT (minute, client, actor, outcome)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON device, refused TO identity_service;
GRANT DELETE ON role_held TO identity_service;
