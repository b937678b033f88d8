-- A referral as it stood when it was sent, and how old the roll was that it was sent against; and, beside it for the
-- council's own, what its records say of the child now.

-- NULL: of a referral that was made before this was kept.
ALTER TABLE referral
    ADD COLUMN urgency             text,         -- the gate's own answer
    ADD COLUMN lowered_from        text,         -- the most urgent answer before it, if the sender lowered that
    ADD COLUMN roll_as_of          timestamptz,  -- NULL too: up to when the roll was complete was not known
    ADD COLUMN roll_current        boolean,
    ADD COLUMN school_name         text,
    ADD COLUMN sender_name         text,
    ADD COLUMN sender_role         text,
    ADD COLUMN written_given_name  text,         -- the child as the sender's page showed it
    ADD COLUMN written_family_name text,
    ADD COLUMN written_born        date;
ALTER TABLE referral ADD CONSTRAINT referral_urgency
    CHECK (urgency IN ('immediate', 'significant', 'urgent', 'not_urgent')) NOT VALID;
ALTER TABLE referral ADD CONSTRAINT referral_lowered_from
    CHECK (lowered_from IN ('immediate', 'significant', 'urgent')) NOT VALID;

ALTER TABLE child
    ADD COLUMN restricted     boolean,
    ADD COLUMN unreadable     text[],                          -- what of it the feed could not read in the source
    ADD COLUMN doubtful       boolean NOT NULL DEFAULT false,  -- something newer came and could not be kept
    ADD COLUMN whole_revision bigint;                          -- of which `restricted`, `unreadable` and the allocations
                                                               -- are: yesterday's code keeps none of them

ALTER TABLE roll
    ADD COLUMN perhaps boolean NOT NULL DEFAULT false,         -- its days could not be read: on it or not
    ADD COLUMN gone    boolean NOT NULL DEFAULT false;         -- not in the newest revision any more: ended by then

CREATE TABLE allocation (                        -- a worker of a child, while it has a case
    child_id  uuid    NOT NULL,
    worker_id uuid    NOT NULL,
    lead      boolean NOT NULL,
    starts    date    NOT NULL,
    ends      date                               -- first day without
);
CREATE INDEX allocation_by_child ON allocation (child_id);

-- A worker or a team that has ended stays as a row that no answer reads, so that an older revision cannot bring it back.
CREATE TABLE worker (
    worker_id    uuid    PRIMARY KEY,
    name         text    NOT NULL,
    role         text    NOT NULL,
    team_id      uuid,
    phone        text,
    left_on      date,
    absent_until date,
    ended        boolean NOT NULL,
    revision     bigint  NOT NULL
);

CREATE TABLE team (
    team_id  uuid    PRIMARY KEY,
    name     text    NOT NULL,
    phone    text    NOT NULL,                   -- the duty line
    ended    boolean NOT NULL,
    revision bigint  NOT NULL
);

CREATE TABLE freshness (
    source   text        PRIMARY KEY,
    as_of    timestamptz NOT NULL,
    broken   boolean     NOT NULL,               -- the source does not send all that it should
    revision bigint      NOT NULL
);

CREATE TABLE school (
    urn      text   PRIMARY KEY,
    name     text   NOT NULL,
    revision bigint NOT NULL
);

CREATE TABLE person (                            -- who has an account
    account_id uuid   PRIMARY KEY,
    name       text   NOT NULL,
    revision   bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON allocation, worker, team, freshness, school, person TO referrals_service;
