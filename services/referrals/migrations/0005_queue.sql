-- What the officers' queue is sorted and narrowed by, beside how each referral stands. The three never change: a referral's
-- own row does not. NULL until the statements below have run.
ALTER TABLE handling
    ADD COLUMN urgency integer,                      -- 0 immediate, 1 significant, 2 urgent, 3 not urgent
    ADD COLUMN due_at  timestamptz,                  -- by when it is to be acknowledged
    ADD COLUMN school  text;

-- Of a referral that was made before the gate's answer was kept, only its gate tells how urgent it is.
CREATE FUNCTION urgency_rank(urgency text, gate text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE coalesce(urgency, gate)
                WHEN 'immediate' THEN 0
                WHEN 'significant' THEN 1 WHEN 'telephoned' THEN 1
                WHEN 'urgent' THEN 2 WHEN 'worker_told' THEN 2
                ELSE 3
           END
$$;

CREATE OR REPLACE FUNCTION referral_is_handled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO handling (referral_id, urgency, due_at, school)
    VALUES (NEW.referral_id, urgency_rank(NEW.urgency, NEW.gate), NEW.due_at, NEW.school);
    RETURN NULL;
END $$;
UPDATE handling
   SET urgency = urgency_rank(referral.urgency, referral.gate), due_at = referral.due_at, school = referral.school
  FROM referral
 WHERE referral.referral_id = handling.referral_id;

-- The parts of the queue, each in its own order: nobody has acknowledged it; somebody has; the school owes an answer.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_sent ON handling (urgency, due_at, referral_id)
 WHERE decided_at IS NULL AND asked_at IS NULL AND acknowledged_at IS NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_received ON handling (urgency, due_at, referral_id)
 WHERE decided_at IS NULL AND asked_at IS NULL AND acknowledged_at IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_asked ON handling (urgency, due_at, referral_id)
 WHERE decided_at IS NULL AND asked_at IS NOT NULL;
-- What was decided, the newest first.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_decided ON handling (decided_at, referral_id) WHERE decided_at IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_decided_by_school ON handling (school, decided_at, referral_id) WHERE decided_at IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_decided_by_team ON handling (team_id, decided_at, referral_id) WHERE decided_at IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_decided_by_holder ON handling (taken_by, decided_at, referral_id) WHERE decided_at IS NOT NULL;
