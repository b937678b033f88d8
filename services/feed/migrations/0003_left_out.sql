-- Cells that cannot be used, of rows that are kept: what a person mends in the source (`portal left-out`). Never a value.
CREATE TABLE left_out (
    kind         text        NOT NULL,           -- of whom the cell was to tell: the subject, by its key in the source
    subject_key  bigint      NOT NULL,
    source_table text        NOT NULL,
    key          bigint      NOT NULL,
    column_name  text        NOT NULL,
    why          text        NOT NULL,           -- one word
    since        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, subject_key, source_table, key, column_name)
);

-- Columns that records of whole rows came without: until they come again nothing is said to be fresh.
CREATE TABLE missing_column (
    source_table text        NOT NULL,
    column_name  text        NOT NULL,
    since        timestamptz NOT NULL DEFAULT now(),
    as_of        timestamptz,                    -- the last heartbeat before it: all that was committed by then is said
    PRIMARY KEY (source_table, column_name)
);

-- What the watch saw of the connector, and when; any process of the service can tell it.
CREATE TABLE connector_seen (
    only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL DEFAULT now(),
    trouble  text                                -- NULL: none
);

ALTER TABLE cursor ADD COLUMN beat_at timestamptz; -- when the last heartbeat came through

-- Of which revision this code knows that it is by its rules. Yesterday's code moves `revision` on and leaves this behind:
-- then the subject is looked at again.
ALTER TABLE subject ADD COLUMN derived_revision bigint;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX subject_others ON subject (kind, key) WHERE revision > 0 AND derived_revision IS DISTINCT FROM revision;

-- Rows about a person that do not say about whom.
-- Nobody waits for it: only the feed writes here, and it begins when its migrations are done.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX mirror_nobodys ON mirror (source_table, key)
    WHERE owner IS NULL AND deleted_at IS NULL AND source_table IN ('school_history', 'involvement', 'allocation');

GRANT SELECT, INSERT, UPDATE, DELETE ON left_out, missing_column, connector_seen TO feed_service;
