-- How far each referral is on its way into the council's case system. Nothing is done until that has given it a number.
CREATE TABLE transfer (
    referral_id     uuid        PRIMARY KEY REFERENCES referral,
    state           text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'acknowledged')),
    since           timestamptz NOT NULL,        -- when it began to wait
    attempts        integer     NOT NULL DEFAULT 0,
    next_at         timestamptz NOT NULL,        -- when it is sent, or the source asked for its number, again
    sent_at         timestamptz,
    trouble         text,                        -- why the last attempt failed, in one word
    late_at         timestamptz,                 -- when it was noticed that it had not arrived in time
    acknowledged_at timestamptz,
    source_number   text,                        -- the case system's own
    CHECK ((state = 'acknowledged') = (acknowledged_at IS NOT NULL)),
    CHECK ((state = 'acknowledged') = (source_number IS NOT NULL))
);
CREATE INDEX transfer_due ON transfer (next_at) WHERE state <> 'acknowledged';
CREATE INDEX transfer_open ON transfer (since, referral_id) WHERE state <> 'acknowledged';
INSERT INTO transfer (referral_id, since, next_at) SELECT referral_id, made_at, made_at FROM referral;

GRANT SELECT, INSERT, UPDATE ON transfer TO referrals_service;
