-- By what an officer finds a child whose name or birth date is not quite as it was written: shared.matching.keys. A row
-- that yesterday's code wrote has none (NULL, version 0): it is found by its birth date until they are computed.
ALTER TABLE child
    ADD COLUMN keys         text[],
    ADD COLUMN keys_version integer NOT NULL DEFAULT 0;        -- shared.matching.VERSION; 0: to be computed
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX child_by_keys ON child USING gin (keys) WITH (fastupdate = off) WHERE keys IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX child_by_keys_version ON child (keys_version);

-- Yesterday's code renames a child and leaves its keys as they are: they are to be computed then.
CREATE FUNCTION keys_are_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.keys_version := 0;
    RETURN NEW;
END
$$;
CREATE TRIGGER keys_are_old BEFORE UPDATE ON child FOR EACH ROW
    WHEN ((NEW.given_name, NEW.family_name, NEW.born) IS DISTINCT FROM (OLD.given_name, OLD.family_name, OLD.born)
          AND NEW.keys IS NOT DISTINCT FROM OLD.keys)
    EXECUTE FUNCTION keys_are_old();
