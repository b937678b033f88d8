-- Undoes 0004 for yesterday's feed, by hand and as the owner role, while no feed runs (docs/runbook.md). Fails, and changes
-- nothing, where a key is no whole number. `portal migrate` of today's version applies 0004 again.
BEGIN;
DELETE FROM migration WHERE name = 'feed/0004_text_keys.sql';
ALTER TABLE cursor RENAME COLUMN snapshot_position TO snapshot_lsn;
ALTER TABLE cursor DROP COLUMN source;
ALTER TABLE mirror RENAME COLUMN position TO lsn;
DROP INDEX mirror_nobodys;
ALTER TABLE mirror ALTER COLUMN key TYPE bigint USING key::bigint, ALTER COLUMN owner TYPE bigint USING owner::bigint;
CREATE INDEX mirror_nobodys ON mirror (source_table, key)
    WHERE owner IS NULL AND deleted_at IS NULL AND source_table IN ('school_history', 'involvement', 'allocation');
ALTER TABLE subject ALTER COLUMN key TYPE bigint USING key::bigint;
ALTER TABLE dirty ALTER COLUMN key TYPE bigint USING key::bigint;
ALTER TABLE left_out
    ALTER COLUMN subject_key TYPE bigint USING subject_key::bigint, ALTER COLUMN key TYPE bigint USING key::bigint;
ANALYZE mirror, subject, dirty, left_out;
COMMIT;
