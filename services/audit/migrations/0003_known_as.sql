-- Every name and number that a child, a person or a school was ever known by: what was recorded of them stays findable
-- after they were renamed, given another UPN, or have left the source. Rows are added, never changed and never taken out.
CREATE TABLE child_upn (
    upn      text NOT NULL,
    child_id uuid NOT NULL,
    PRIMARY KEY (upn, child_id)
);

CREATE TABLE child_name (
    child_id    uuid        NOT NULL,
    revision    bigint      NOT NULL,             -- the state that first said so, after another name or birth date
    given_name  text        NOT NULL,
    family_name text        NOT NULL,
    born        date        NOT NULL,
    name_key    text        NOT NULL,             -- shared.names.key
    since       timestamptz NOT NULL,             -- when it came here
    PRIMARY KEY (child_id, revision)
);
CREATE INDEX child_name_by_name ON child_name (born, name_key);

CREATE TABLE person_name (
    account_id uuid        NOT NULL,
    revision   bigint      NOT NULL,
    name       text        NOT NULL,
    name_key   text        NOT NULL,              -- shared.names.words
    since      timestamptz NOT NULL,
    PRIMARY KEY (account_id, revision)
);

CREATE TABLE school_name (
    urn      text        NOT NULL,
    revision bigint      NOT NULL,
    name     text        NOT NULL,
    name_key text        NOT NULL,                -- shared.names.words
    since    timestamptz NOT NULL,
    PRIMARY KEY (urn, revision)
);

-- The agreements under which schools acted, by what people call them.
CREATE TABLE agreement (
    version text        PRIMARY KEY,
    name    text        NOT NULL,
    since   timestamptz NOT NULL
);

-- A school's name for comparing, near enough to shared.names.words: of names that came here before that was kept.
CREATE FUNCTION school_key(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT trim(regexp_replace(
        regexp_replace(lower(normalize(name, NFKD)), '[^[:alnum:][:space:]]', '', 'g'), '[[:space:]]+', ' ', 'g'))
$$;

INSERT INTO child_upn (upn, child_id) SELECT DISTINCT unnest(upns), child_id FROM child;
INSERT INTO child_name (child_id, revision, given_name, family_name, born, name_key, since)
SELECT child_id, revision, given_name, family_name, born, name_key, '-infinity' FROM child WHERE given_name <> '';
INSERT INTO person_name (account_id, revision, name, name_key, since)
SELECT account_id, revision, name, name_key, '-infinity' FROM person;
INSERT INTO school_name (urn, revision, name, name_key, since)
SELECT urn, revision, name, school_key(name), '-infinity' FROM school;

GRANT SELECT, INSERT ON child_upn, child_name, person_name, school_name, agreement TO audit_service;
