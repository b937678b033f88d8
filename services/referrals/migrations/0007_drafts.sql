-- What a lead has written so far, kept until it is sent or its time is over; the words are sealed. And what the longer
-- form asks: requests for early help, whether the parents agree, a child who is not on the roll.
CREATE TABLE draft (
    draft_id   uuid        PRIMARY KEY,          -- the idempotency key of the referral that is made of it
    account    uuid        NOT NULL,
    school     text        NOT NULL,             -- URN
    child_id   uuid,                             -- NULL: a child that is described
    started_at timestamptz NOT NULL,
    saved_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    sent_at    timestamptz,
    version    integer     NOT NULL DEFAULT 0,   -- one more with each saving
    sealed     bytea,                            -- AES-256-GCM; NULL once it is sent: the words are in `referral` then
    CHECK ((sent_at IS NULL) = (sealed IS NOT NULL))
);
CREATE INDEX draft_by_writer ON draft (account, school) WHERE sent_at IS NULL;
CREATE INDEX draft_by_end ON draft (expires_at) WHERE sent_at IS NULL;

-- Yesterday's code answers 500 where an officer opens such a referral, as long as both run.
-- squawk-ignore ban-drop-not-null
ALTER TABLE referral ALTER COLUMN child_id DROP NOT NULL;  -- NULL: the sender described a child who is not on the roll
-- squawk-ignore ban-drop-constraint
ALTER TABLE referral DROP CONSTRAINT referral_kind_check;
ALTER TABLE referral ADD CONSTRAINT referral_kind CHECK (kind IN ('concern', 'update', 'early_help')) NOT VALID;
ALTER TABLE referral
    ADD COLUMN parents_agree         text,       -- NULL: not asked by the page of then
    ADD COLUMN described_given_name  text,
    ADD COLUMN described_family_name text,
    ADD COLUMN described_born        date,       -- NULL: the sender does not know it
    ADD COLUMN described_why         text;       -- why the child is not on the roll
ALTER TABLE referral ADD CONSTRAINT referral_parents_agree
    CHECK (parents_agree IN ('agreed', 'refused', 'not_asked')) NOT VALID;
ALTER TABLE referral ADD CONSTRAINT referral_about
    CHECK (child_id IS NOT NULL OR (described_given_name, described_family_name, described_why) IS NOT NULL) NOT VALID;

GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO referrals_service;
