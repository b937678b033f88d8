-- Why a referral is kept although its time is over: a legal hold. What was lifted stays, until the referral is deleted.
CREATE TABLE hold (
    hold_id     uuid        PRIMARY KEY,
    referral_id uuid        NOT NULL REFERENCES referral,
    by          uuid        NOT NULL,                -- whose account
    at          timestamptz NOT NULL,
    why         text        NOT NULL,
    lifted_by   uuid,
    lifted_at   timestamptz,                         -- NULL: it stands
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE UNIQUE INDEX hold_standing ON hold (referral_id) WHERE lifted_at IS NULL;
CREATE INDEX hold_by_referral ON hold (referral_id);
GRANT SELECT, INSERT, UPDATE ON hold TO referrals_service;

-- Whether what hangs on a referral may be deleted: it was decided and is in the case system since before this moment, and
-- no hold stands. A transfer that nobody has acknowledged keeps it for ever.
CREATE FUNCTION may_go(the_referral uuid, the_moment timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM handling WHERE referral_id = the_referral AND decided_at < the_moment)
       AND EXISTS (SELECT FROM transfer WHERE referral_id = the_referral AND acknowledged_at < the_moment)
       AND NOT EXISTS (SELECT FROM hold WHERE referral_id = the_referral AND lifted_at IS NULL);
END $$;

-- Deletes a referral with all that hangs on it, in every table that has its id or its reference, and on the draft that it
-- was made of, which has its writer's account beside it. The only way to delete one: the service's own role may not, and
-- not even by this what is undecided, held, or not in the case system yet. False: it may not go, and nothing is deleted.
CREATE FUNCTION purge_referral(the_referral uuid, the_moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known referral;
    kept  record;
BEGIN
    PERFORM FROM handling WHERE referral_id = the_referral FOR UPDATE;
    IF NOT FOUND OR NOT may_go(the_referral, the_moment) THEN
        RETURN false;
    END IF;
    SELECT * INTO known FROM referral WHERE referral_id = the_referral;
    FOR kept IN
        SELECT c.oid::regclass AS name, array_agg(a.attname::text) AS columns
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.oid <> 'referral'::regclass
         GROUP BY c.oid
    LOOP
        IF 'referral_id' = ANY(kept.columns) THEN
            EXECUTE format('DELETE FROM %s WHERE referral_id = $1', kept.name) USING the_referral;
        ELSIF 'reference' = ANY(kept.columns) THEN
            EXECUTE format('DELETE FROM %s WHERE reference = $1', kept.name) USING known.reference;
        ELSIF kept.columns @> ARRAY['draft_id', 'account'] THEN
            EXECUTE format('DELETE FROM %s WHERE draft_id = $1 AND account = $2', kept.name)
              USING known.idempotency_key, known.made_by;
        END IF;
    END LOOP;
    DELETE FROM referral WHERE referral_id = the_referral;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION purge_referral(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_referral(uuid, timestamptz) TO referrals_service;
