-- What nobody has acknowledged, by when that is due: those whose time is over are found and counted without a look at the
-- rest.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_unacknowledged ON handling (due_at) WHERE acknowledged_at IS NULL AND decided_at IS NULL;
