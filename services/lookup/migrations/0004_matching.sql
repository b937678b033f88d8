-- By what a forgiving search finds a child: services.lookup.matching.domain.index_keys of its names and birth date. A
-- row that yesterday's code wrote has none (NULL, version 0): it is found by its exact name until they are computed.
ALTER TABLE roll
    ADD COLUMN keys         bigint[],
    ADD COLUMN keys_version integer NOT NULL DEFAULT 0;       -- shared.matching.VERSION; 0: not computed
-- Keys are of one school each, so that a child of another school and an unknown one cost the same here too.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX roll_by_keys ON roll USING gin (keys) WITH (fastupdate = off) WHERE keys IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX roll_by_keys_version ON roll (keys_version);

ALTER TABLE perhaps
    ADD COLUMN keys         bigint[],                         -- of what can be read, whatever the school
    ADD COLUMN keys_version integer NOT NULL DEFAULT 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX perhaps_by_keys_version ON perhaps (keys_version);

-- Close matches that were shown and not confirmed, for a day: a confirmation is believed of these only.
CREATE TABLE close_match (
    search_id uuid        PRIMARY KEY,
    account   uuid        NOT NULL,                           -- who was shown it, for which school, and which child
    school    text        NOT NULL,
    child_id  uuid        NOT NULL,
    at        timestamptz NOT NULL
);
CREATE INDEX close_match_by_at ON close_match (at);

GRANT SELECT, INSERT, DELETE ON close_match TO lookup_service;
