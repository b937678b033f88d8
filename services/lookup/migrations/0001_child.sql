-- What the council's records say of children, followed from the feed: the newest revision of each key.
-- No foreign keys between followed states: a child may arrive before its worker, a worker before its team.
CREATE TABLE child (
    child_id    uuid    PRIMARY KEY,
    given_name  text,                            -- the four are NULL once the state has ended
    family_name text,
    born        date,
    restricted  boolean,
    ended       boolean NOT NULL,
    revision    bigint  NOT NULL,
    CHECK (ended OR (given_name, family_name, born, restricted) IS NOT NULL)
);

-- A child on a school's roll for a time: one row for each of its UPNs, former ones too (NULL: it has none). It carries
-- what a search goes by, so that the school is part of the question's own index: for a child of another school and for
-- a child unknown to the council the very same leaf is read, and nothing found in it.
CREATE TABLE roll (
    child_id uuid NOT NULL,
    school   text NOT NULL,
    starts   date NOT NULL,
    ends     date,                               -- first day not on roll
    upn      text,
    name_key text NOT NULL,                      -- services.lookup.domain.name_key
    born     date NOT NULL
);
CREATE INDEX roll_by_upn   ON roll (school, upn) INCLUDE (child_id, starts, ends) WHERE upn IS NOT NULL;
CREATE INDEX roll_by_name  ON roll (school, name_key, born) INCLUDE (child_id, starts, ends);
CREATE INDEX roll_by_child ON roll (child_id);

CREATE TABLE open_case (                         -- a case, open from `starts` to `ends` (first day closed)
    child_id uuid NOT NULL,
    team_id  uuid,
    starts   date NOT NULL,
    ends     date
);
CREATE INDEX open_case_by_child ON open_case (child_id);

CREATE TABLE allocation (
    child_id  uuid    NOT NULL,
    worker_id uuid    NOT NULL,
    lead      boolean NOT NULL,
    starts    date    NOT NULL,
    ends      date                               -- first day without
);
CREATE INDEX allocation_by_child ON allocation (child_id);

CREATE TABLE worker (
    worker_id    uuid    PRIMARY KEY,
    name         text    NOT NULL,
    role         text    NOT NULL,
    team_id      uuid,
    phone        text,
    email        text,
    left_on      date,
    absent_until date,
    ended        boolean NOT NULL,
    revision     bigint  NOT NULL
);

CREATE TABLE team (
    team_id            uuid    PRIMARY KEY,
    team               text    NOT NULL,         -- its name
    phone              text    NOT NULL,         -- the duty line
    hours              text    NOT NULL,
    out_of_hours_phone text,
    ended              boolean NOT NULL,
    revision           bigint  NOT NULL
);

CREATE TABLE freshness (
    source   text        PRIMARY KEY,
    as_of    timestamptz NOT NULL,
    revision bigint      NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE
   ON child, roll, open_case, allocation, worker, team, freshness
   TO lookup_service;
