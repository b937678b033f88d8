-- As what an account may still act, and for which schools: kept by every service that verifies tokens (shared/access.py).

-- Roles as words `role@urn`, or `role@` at the council; NULL where yesterday's code kept the row.
ALTER TABLE access_account ADD COLUMN roles text[];
-- The revision that the roles are of: yesterday's code raises `revision` without them.
ALTER TABLE access_account ADD COLUMN roles_revision bigint;

CREATE TABLE access_school (
    urn       text    PRIMARY KEY,
    agreement text,                                            -- the version in force; NULL: nobody may act for it
    live      boolean NOT NULL,
    revision  bigint  NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON access_school TO portal_service;
