-- Who may push the council's records: clients with a secret each, of which only the digest is kept (docs/decisions/0058).
CREATE TABLE push_client (
    id       text        PRIMARY KEY,              -- its client_id
    la_code  text        NOT NULL,                 -- the authority for which it sends
    secret   bytea       NOT NULL,                 -- SHA-256 of its client_secret: 256 bits of chance, so no slower one
    supplier bytea       NOT NULL,                 -- SHA-256 of its SupplierKey
    signs    bytea       NOT NULL,                 -- the key by which its access tokens are signed
    added_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz                           -- from then on neither its secret nor its tokens are taken
);

-- How pushing stands, for operators: one row.
CREATE TABLE push_standing (
    only_row    boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    accepted_at timestamptz,                       -- the last batch that was taken
    children    bigint      NOT NULL DEFAULT 0,    -- elements taken in all
    refused_at  timestamptz,                       -- the last that was refused, and why
    sentences   text[]      NOT NULL DEFAULT '{}'
);
INSERT INTO push_standing DEFAULT VALUES;

-- Children of a batch that was refused, until what is told of them is taken: nothing is complete before.
CREATE TABLE push_refused (
    child text        COLLATE "C" PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);

-- The lists that are sent beside the payload, each as a whole: when it last came, and, where too much of it had changed,
-- why it was taken all the same.
CREATE TABLE push_list (
    name    text        PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    entries integer     NOT NULL,
    reason  text
);
-- The list of restricted children, by their la_child_id.
CREATE TABLE push_restricted (child text COLLATE "C" PRIMARY KEY);

-- A snapshot that is pushed: everything between its beginning and its end, taken whole or not at all, as an extract is.
CREATE TABLE push_snapshot (
    id       uuid        PRIMARY KEY,
    refresh  bigint      NOT NULL UNIQUE REFERENCES refresh,
    ended_at timestamptz                           -- its sender said that all of it has been sent
);

GRANT SELECT, INSERT, UPDATE ON push_client TO feed_service;
GRANT SELECT, UPDATE ON push_standing TO feed_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON push_refused, push_list, push_restricted, push_snapshot TO feed_service;
-- A batch of a snapshot may come again.
GRANT DELETE ON refresh_row TO feed_service;
