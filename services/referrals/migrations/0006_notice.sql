-- What is told by e-mail, and to whom it has been told; and where people can be written to.
CREATE TABLE notice (
    notice_id   uuid        PRIMARY KEY,             -- the id of the event that it tells of
    referral_id uuid        NOT NULL REFERENCES referral ON DELETE CASCADE,
    kind        text        NOT NULL CHECK (kind IN ('made', 'acknowledged', 'asked', 'answered', 'decided', 'overdue')),
    made_at     timestamptz NOT NULL,                -- when that happened
    attempts    integer     NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,                -- when it is tried (again)
    done_at     timestamptz,                         -- since when nobody is left to be told
    given_up    boolean     NOT NULL DEFAULT false   -- it became too old before everybody was told
);
CREATE INDEX notice_due ON notice (next_at) WHERE done_at IS NULL;
CREATE INDEX notice_by_referral ON notice (referral_id);

-- A message that the mail server has taken.
CREATE TABLE notice_told (
    notice_id  uuid        NOT NULL REFERENCES notice ON DELETE CASCADE,
    message_id uuid        NOT NULL,                 -- the first part of its Message-ID
    account    uuid,                                 -- NULL: the officers' mailbox
    told_at    timestamptz NOT NULL,
    PRIMARY KEY (notice_id, message_id)
);

ALTER TABLE person
    ADD COLUMN email          text,                  -- NULL: not known
    ADD COLUMN whole_revision bigint;                -- of which `email` is: yesterday's code keeps none

GRANT SELECT, INSERT, UPDATE, DELETE ON notice, notice_told TO referrals_service;
