-- What this service has said and the log has not yet acknowledged. A row is deleted once it is durable there.
CREATE TABLE outbox (
    seq     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id      uuid        NOT NULL,
    topic   text        NOT NULL,
    key     text        NOT NULL,
    headers jsonb       NOT NULL DEFAULT '{}',
    body    bytea,                              -- NULL is a tombstone: forget this key
    barrier boolean     NOT NULL DEFAULT false, -- sent only after everything before it is durable
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1);

-- What this service has already reacted to: the note is made in the transaction of the effect.
CREATE TABLE inbox (
    group_name text        NOT NULL,
    source     text        NOT NULL,
    event_id   uuid        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_name, source, event_id)
);
CREATE INDEX inbox_at ON inbox USING brin (at);

GRANT SELECT, INSERT, DELETE ON outbox, inbox TO portal_service;
