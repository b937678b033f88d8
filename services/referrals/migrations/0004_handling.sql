-- How the council handles a referral, and its history. What was sent stays as it is, in `referral`.
CREATE TABLE handling (
    referral_id     uuid        PRIMARY KEY REFERENCES referral,
    version         integer     NOT NULL DEFAULT 0,  -- one more with each act: who acts on an older one is told so
    team_id         uuid,                            -- whose it is; NULL: the front door's
    taken_by        uuid,                            -- the officer who has it; NULL: nobody
    taken_at        timestamptz,
    acknowledged_by uuid,
    acknowledged_at timestamptz,
    asked_at        timestamptz,                     -- since when the school owes an answer; NULL: it owes none
    overdue_at      timestamptz,                     -- when it was noticed that nobody had acknowledged it in time
    decided_by      uuid,
    decided_at      timestamptz,
    decision        text,
    CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decision IS NULL))
);
CREATE INDEX handling_undecided ON handling (referral_id) WHERE decided_at IS NULL;

-- What was done about a referral, in order. No row is ever changed.
CREATE TABLE step (
    referral_id uuid        NOT NULL REFERENCES referral,
    place       integer     NOT NULL,                -- 1, 2, 3 …
    at          timestamptz NOT NULL,
    act         text        NOT NULL,                -- taken, given_back, reassigned, acknowledged, asked, answered …
    by          uuid,                                -- whose account; NULL: the portal itself
    to_account  uuid,                                -- to whom it was given
    to_team     uuid,                                -- whose it became; NULL with act `moved`: the front door's
    decision    text,
    for_school  text,                                -- words that the school reads
    for_council text,                                -- words that only the council reads
    PRIMARY KEY (referral_id, place)
);

-- So that a referral of yesterday's code is handled too.
CREATE FUNCTION referral_is_handled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO handling (referral_id) VALUES (NEW.referral_id);
    RETURN NULL;
END $$;
CREATE TRIGGER referral_is_handled AFTER INSERT ON referral FOR EACH ROW EXECUTE FUNCTION referral_is_handled();
INSERT INTO handling (referral_id) SELECT referral_id FROM referral;

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX referral_by_school ON referral (school, made_at DESC);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX referral_by_child ON referral (child_id, made_at DESC);

GRANT SELECT, INSERT, UPDATE ON handling TO referrals_service;
GRANT SELECT, INSERT ON step TO referrals_service;
