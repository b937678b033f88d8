-- Rolls that schools upload themselves. A row of the mirror that an upload put there says by which school's.
ALTER TABLE mirror ADD COLUMN school text;         -- URN; NULL: the source's own row
-- Only the feed writes here, and it begins when its migrations are done.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX mirror_school ON mirror (school) WHERE school IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX mirror_urn ON mirror ((body ->> 'urn')) WHERE source_table = 'enrolment' AND deleted_at IS NULL;

CREATE TABLE roll_upload (
    id         uuid        PRIMARY KEY,
    school     text        NOT NULL,               -- URN
    -- previewed: shown, and not taken. taken: it is the school's roll, or was. undone: taken back.
    state      text        NOT NULL CHECK (state IN ('previewed', 'taken', 'undone')),
    basis      uuid,                               -- the upload in use when this one was compared; NULL: none was
    format     text        NOT NULL,
    number     text,                               -- the school's DfE number, if the file says one
    counts     jsonb       NOT NULL,               -- how many children, joins, leaves, changes, faults
    preview    jsonb,                              -- what would change, in words and with names; only until it is taken
    held       text,                               -- why it waits for a second press and a reason
    reason     text,                               -- that reason, in the person's words
    by         uuid        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    taken_at   timestamptz,
    ended_at   timestamptz                         -- another was taken, or it was undone
);
CREATE INDEX roll_upload_school ON roll_upload (school, at DESC);

-- The whole roll as it is, was or would be by an upload. Of one that is not in use: until it can be undone no more.
CREATE TABLE roll_child (
    upload uuid NOT NULL REFERENCES roll_upload ON DELETE CASCADE,
    key    text NOT NULL COLLATE "C",              -- of the child's row in the source
    body   jsonb NOT NULL,
    PRIMARY KEY (upload, key)
);

-- What is known of a school that uploads. While `upload` is one, the school's roll is read from there alone.
CREATE TABLE roll_school (
    school  text PRIMARY KEY,
    upload  uuid REFERENCES roll_upload,
    number  text UNIQUE,                           -- the DfE number that its files say
    columns jsonb                                  -- which column of its own tables holds what
);
GRANT SELECT, INSERT, UPDATE, DELETE ON roll_upload, roll_child, roll_school TO feed_service;
