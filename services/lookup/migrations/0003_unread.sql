-- What of a child could not be read in the source (the feed's `doubtful`): no plain answer rests on it.
ALTER TABLE child ADD COLUMN unread text[] NOT NULL DEFAULT '{}';

-- Children who may fit a question that they do not fit for sure, for something that it goes by could not be read: one row for each
-- roll on which they are or may be, and each of their UPNs.
CREATE TABLE perhaps (
    child_id   uuid NOT NULL,
    school     text,                             -- NULL: it may be any
    starts     date NOT NULL,
    ends       date,
    upn        text,                             -- NULL: it may be any; '': it has none
    given_key  text,                             -- shared.names.fold of the name; NULL: it may be any
    family_key text,
    born       date                              -- NULL: it may be any
);
CREATE INDEX perhaps_by_school ON perhaps (school, upn);
CREATE INDEX perhaps_by_upn    ON perhaps (upn) WHERE school IS NULL;
CREATE INDEX perhaps_by_child  ON perhaps (child_id);

-- Of which revision all columns and rows are. Yesterday's code moves `revision` on and keeps less of the state: then the
-- two differ (NULL: it made the row), and the same revision coming again is kept whole.
ALTER TABLE child  ADD COLUMN whole_revision bigint;
ALTER TABLE worker ADD COLUMN whole_revision bigint;
ALTER TABLE team   ADD COLUMN whole_revision bigint;

-- Something newer came and could not be kept, as `child.doubtful` says of children.
ALTER TABLE worker ADD COLUMN doubtful boolean NOT NULL DEFAULT false;
ALTER TABLE team   ADD COLUMN doubtful boolean NOT NULL DEFAULT false;

-- The source does not send all that it should: nothing is current, whatever as_of says.
ALTER TABLE freshness ADD COLUMN broken boolean NOT NULL DEFAULT false;

GRANT SELECT, INSERT, UPDATE, DELETE ON perhaps TO lookup_service;
