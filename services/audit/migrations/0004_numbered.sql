-- An entry's number and the time at which it was recorded are given here, whatever the service's role says: a fault or an
-- intruder in the service cannot date an entry back, leave a gap or take a number that was not next.
CREATE FUNCTION entry_numbered() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(435644822137);  -- services.audit.store.ENTRY_LOCK, held until the commit
    NEW.index := (SELECT coalesce(max(index), -1) + 1 FROM public.entry);
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END
$$;

CREATE TRIGGER entry_numbered BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_numbered();
