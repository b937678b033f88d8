-- What somebody saw of a child's workers at their last search, to tell them of changes since: only of schools whose
-- agreement has that option, and only for a time (LOOKUP_FOLLOW_DAYS).
CREATE TABLE looked (
    account_id uuid        NOT NULL,
    school     text        NOT NULL,
    child_id   uuid        NOT NULL,
    looked_at  timestamptz NOT NULL,
    workers    uuid[]      NOT NULL,             -- whom the search showed
    told       uuid[],                           -- who was there when a change was last told since; NULL: none was
    PRIMARY KEY (account_id, school, child_id)
);
CREATE INDEX looked_by_age ON looked (looked_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON looked TO lookup_service;
