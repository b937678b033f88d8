-- Whose access has ended: kept by every service that verifies access tokens (shared/access.py).
CREATE TABLE access_session (
    session_id uuid PRIMARY KEY,
    ended_at   timestamptz,
    revision   bigint NOT NULL
);

CREATE TABLE access_account (
    account_id  uuid PRIMARY KEY,
    disabled_at timestamptz,
    revision    bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON access_session, access_account TO portal_service;
