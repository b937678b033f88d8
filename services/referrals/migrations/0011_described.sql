-- A child whom a school could only describe, and what an officer finds it by in the council's records.
-- squawk-ignore ban-drop-not-null
ALTER TABLE referral ALTER COLUMN child_id DROP NOT NULL;
ALTER TABLE referral
    ADD COLUMN IF NOT EXISTS described_given_name  text,
    ADD COLUMN IF NOT EXISTS described_family_name text,
    ADD COLUMN IF NOT EXISTS described_born        date,
    ADD COLUMN IF NOT EXISTS described_why         text;

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX child_by_upn ON child (upn);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX child_by_born ON child (born);
