-- What an officer finds a child by, whom a school could only describe.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX child_by_upn ON child (upn);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX child_by_born ON child (born);
