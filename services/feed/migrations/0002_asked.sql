-- Whether the next new snapshot is the first on its slot: in a new database, and when one was asked for on a new slot.
ALTER TABLE cursor ADD COLUMN asked boolean NOT NULL DEFAULT false;
UPDATE cursor SET asked = true WHERE phase = 'waiting';
