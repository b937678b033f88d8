-- A newer state of this child came and could not be kept: until one can, what is here is not said to be current.
ALTER TABLE child ADD COLUMN doubtful boolean NOT NULL DEFAULT false;
