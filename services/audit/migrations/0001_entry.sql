-- One entry for every fact that any service said. Append-only: the service may add and read, nothing else.
CREATE TABLE entry (
    index       bigint      PRIMARY KEY,          -- 0, 1, 2 … without a gap, in the order of the commits
    entry_id    uuid        NOT NULL UNIQUE,      -- the event's own id
    source      text        NOT NULL,
    type        text        NOT NULL,
    kind        text        NOT NULL,             -- the type's name alone: SearchMade
    known       boolean     NOT NULL,             -- false: no contract of this type when it was written down
    at          timestamptz NOT NULL,             -- when it happened, by its speaker's clock
    recorded_at timestamptz NOT NULL DEFAULT now(),
    correlation uuid        NOT NULL,
    actor       uuid,
    role        text,
    school      text,
    agreement   text,
    children    uuid[]      NOT NULL,
    purpose     text,
    outcome     text,
    headers     bytea       NOT NULL,             -- as they came: JSON [[name, value as ISO-8859-1 or null], …]
    body        bytea       NOT NULL              -- as it came, byte for byte
);

-- A page of any one filter is one short walk along one of these.
CREATE INDEX entry_by_time        ON entry (at, index);
CREATE INDEX entry_by_actor       ON entry (actor, at, index)   WHERE actor IS NOT NULL;
CREATE INDEX entry_by_school      ON entry (school, at, index)  WHERE school IS NOT NULL;
CREATE INDEX entry_by_kind        ON entry (kind, at, index);
CREATE INDEX entry_by_purpose     ON entry (purpose, at, index) WHERE purpose IS NOT NULL;
CREATE INDEX entry_by_outcome     ON entry (outcome, at, index) WHERE outcome IS NOT NULL;
CREATE INDEX entry_by_correlation ON entry (correlation, at, index);

-- entry.children turned round. No foreign key: both are written by one statement, and nothing is ever taken out.
CREATE TABLE entry_child (
    child_id uuid        NOT NULL,
    at       timestamptz NOT NULL,
    index    bigint      NOT NULL,
    PRIMARY KEY (child_id, at, index)
);

GRANT SELECT, INSERT ON entry, entry_child TO audit_service;
