-- Something newer of a worker or a team came and could not be kept, as `child.doubtful` says of children: nobody is sent to
-- what may be an old number.
ALTER TABLE worker ADD COLUMN doubtful boolean NOT NULL DEFAULT false;
ALTER TABLE team   ADD COLUMN doubtful boolean NOT NULL DEFAULT false;
