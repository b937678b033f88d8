-- What nobody has acknowledged, by when that is due: those whose time is over are found and counted without a look at the
-- rest.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX handling_unacknowledged ON handling (due_at) WHERE acknowledged_at IS NULL AND decided_at IS NULL;

-- What was due more than a week ago was sent when nobody could acknowledge in the portal. It is overdue, and pages and the
-- queue show it so; but nobody is told by e-mail of what is long past.
UPDATE handling
   SET overdue_at = due_at
 WHERE acknowledged_at IS NULL AND decided_at IS NULL AND due_at < now() - interval '7 days';
