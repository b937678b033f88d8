-- Which options of its agreement the council has switched on for a school (AgreementOption). They end with the agreement.
ALTER TABLE school ADD COLUMN options text[] NOT NULL DEFAULT '{}';
