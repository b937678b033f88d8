-- The names behind the ids of entries, followed from their owners.
CREATE TABLE person (
    account_id uuid   PRIMARY KEY,
    name       text   NOT NULL,
    name_key   text   NOT NULL,                   -- words in small letters without accents
    revision   bigint NOT NULL
);

CREATE TABLE school (
    urn      text   PRIMARY KEY,
    name     text   NOT NULL,
    revision bigint NOT NULL
);

CREATE TABLE child (
    child_id    uuid   PRIMARY KEY,
    upns        text[] NOT NULL,                  -- the present one and former ones
    given_name  text   NOT NULL,
    family_name text   NOT NULL,
    born        date   NOT NULL,
    name_key    text   NOT NULL,                  -- given and family name, letters and digits only
    revision    bigint NOT NULL
);

CREATE INDEX child_by_upn  ON child USING gin (upns);
CREATE INDEX child_by_name ON child (born, name_key);

GRANT SELECT, INSERT, UPDATE, DELETE ON person, school, child TO audit_service;
