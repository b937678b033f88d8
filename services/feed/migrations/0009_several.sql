-- Several sources read at once. `cursor` has one row for each; the one with `only_row` is that of a source that is read
-- alone, and whoever changes or emits anything holds its lock, however many there are. Yesterday's feed reads that row
-- alone: where several sources are kept it finds another source's name in it, and does nothing.
-- squawk-ignore ban-drop-constraint
ALTER TABLE cursor DROP CONSTRAINT cursor_pkey;
-- squawk-ignore ban-drop-constraint
ALTER TABLE cursor DROP CONSTRAINT cursor_only_row_check;
ALTER TABLE cursor ADD COLUMN rules text; -- how the sources are put together; NULL: one is read alone
-- Nobody waits for it: the feed begins when its migrations are done, and the table has one row.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX cursor_only ON cursor (only_row) WHERE only_row;
GRANT INSERT, DELETE ON cursor TO feed_service;

-- What is seen of each source's way: of its connector, or of its extracts. `connector_seen` is yesterday's.
CREATE TABLE way_seen (
    source  text        PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    trouble text                               -- NULL: none
);
GRANT SELECT, INSERT, UPDATE, DELETE ON way_seen TO feed_service;

-- Of which source an extract is; '' where one is read alone. One of each may be read, held or applied.
ALTER TABLE refresh ADD COLUMN source text NOT NULL DEFAULT '';
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX refresh_one;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX refresh_one ON refresh (source) WHERE state IN ('reading', 'held', 'applying');
GRANT DELETE ON refresh_row TO feed_service;

-- By the school whose roll a row is of, whatever its table is called.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX mirror_roll ON mirror ((body ->> 'urn')) WHERE body ->> 'urn' IS NOT NULL AND deleted_at IS NULL;
