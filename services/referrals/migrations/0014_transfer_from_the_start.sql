-- A referral waits to be handed over from the moment it is made: nothing has to reach Kafka and come back first.
CREATE FUNCTION referral_is_transferred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO transfer (referral_id, since, next_at) VALUES (NEW.referral_id, NEW.made_at, now());
    RETURN NULL;
END $$;
CREATE TRIGGER referral_is_transferred AFTER INSERT ON referral
    FOR EACH ROW EXECUTE FUNCTION referral_is_transferred();
INSERT INTO transfer (referral_id, since, next_at)
SELECT referral_id, made_at, made_at FROM referral
 WHERE NOT EXISTS (SELECT FROM transfer t WHERE t.referral_id = referral.referral_id);
