-- Which options of its agreement are on for a school (AgreementOption); NULL where yesterday's code made the row.
ALTER TABLE access_school ADD COLUMN options text[];
-- The revision that the options are of: yesterday's code raises `revision` without them, and then none is on.
ALTER TABLE access_school ADD COLUMN options_revision bigint;
