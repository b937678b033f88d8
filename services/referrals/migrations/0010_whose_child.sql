-- About which child of the council's records a referral is: the one that the school named, or, of a child that it could
-- only describe, the one that an officer has found since. Whoever asks for a referral's child asks this view.
CREATE TABLE link (
    referral_id uuid        PRIMARY KEY REFERENCES referral,
    child_id    uuid        NOT NULL,
    by          uuid        NOT NULL,                -- whose account
    at          timestamptz NOT NULL
);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX link_by_child ON link (child_id);

CREATE VIEW referral_child AS
SELECT r.referral_id, coalesce(l.child_id, r.child_id) AS child_id   -- NULL: described, and not found yet
  FROM referral r
  LEFT JOIN link l USING (referral_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON link TO referrals_service;
GRANT SELECT ON referral_child TO referrals_service;
