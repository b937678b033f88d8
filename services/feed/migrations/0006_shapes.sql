-- Why a column counts as missing: it does not come, or it comes as another type (docs/decisions/0052). Yesterday's code
-- knows only the first, and goes on as before.
ALTER TABLE missing_column ADD COLUMN why text NOT NULL DEFAULT 'missing';

-- Since when a row about a child has named none. It is looked at every so often; the rows themselves are in `mirror`.
CREATE TABLE nobodys (
    source_table text        NOT NULL,
    key          text        NOT NULL COLLATE "C",
    since        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source_table, key)
);
GRANT SELECT, INSERT, DELETE ON nobodys TO feed_service;
