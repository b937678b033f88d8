-- Keys are text: other sources have keys that are no whole numbers, or of several columns. Ids and revisions stay, and so
-- does everything that was emitted: neither is made from a key. Texts are compared byte by byte (COLLATE "C"): faster,
-- the same in every version of the system's library, and in the order in which Python sorts.
--
-- Yesterday's feed does not run on this schema, and does no harm: each of its acts begins by reading a column of `cursor`
-- that has another name now, and waits (docs/decisions/0035). It is stopped before this is applied; so nobody waits for
-- the locks (ACCESS EXCLUSIVE), and each table is written anew once. `going_back/0004_text_keys.sql` undoes it.

-- squawk-ignore renaming-column
ALTER TABLE cursor RENAME COLUMN snapshot_lsn TO snapshot_position;
ALTER TABLE cursor ADD COLUMN source text; -- the source whose rows are kept here; NULL: none yet
UPDATE cursor SET source = 'council' WHERE phase <> 'waiting' OR generation > 0;

-- squawk-ignore renaming-column
ALTER TABLE mirror RENAME COLUMN lsn TO position;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX mirror_nobodys;
ALTER TABLE mirror
    -- squawk-ignore changing-column-type
    ALTER COLUMN key TYPE text COLLATE "C",
    -- squawk-ignore changing-column-type
    ALTER COLUMN owner TYPE text COLLATE "C";
-- Rows that name nobody: those of tables about children are listed by `portal left-out`.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX mirror_nobodys ON mirror (source_table, key) WHERE owner IS NULL AND deleted_at IS NULL;

-- squawk-ignore changing-column-type
ALTER TABLE subject ALTER COLUMN key TYPE text COLLATE "C";
-- squawk-ignore changing-column-type
ALTER TABLE dirty ALTER COLUMN key TYPE text COLLATE "C";
ALTER TABLE left_out
    -- squawk-ignore changing-column-type
    ALTER COLUMN subject_key TYPE text COLLATE "C",
    -- squawk-ignore changing-column-type
    ALTER COLUMN key TYPE text COLLATE "C";

-- What the planner knew of these columns is gone with their type; by itself it would be gathered again only much later.
ANALYZE mirror, subject, dirty, left_out;
