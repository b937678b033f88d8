-- What a team is to be told by e-mail: which schools have searched for children with whom it works. No child is in it.
CREATE TABLE team_letter (
    gathered_id uuid        PRIMARY KEY,         -- of lookup's TeamLooks, which is forgotten after some days
    team_id     uuid        NOT NULL,
    first_day   date        NOT NULL,
    last_day    date        NOT NULL,
    schools     text[]      NOT NULL,
    made_at     timestamptz NOT NULL,
    attempts    integer     NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,            -- when it is tried (again)
    done_at     timestamptz
);
CREATE INDEX team_letter_due ON team_letter (next_at) WHERE done_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON team_letter TO referrals_service;
