-- Extracts: what a council gives as a whole, usually each night. One is read beside the mirror, compared with it, and
-- comes into it when it is whole; until then what is emitted rests on the one before.
CREATE TABLE refresh (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint text        NOT NULL,              -- of the folder: another one if any file of it changes
    folder      text        NOT NULL,              -- its name
    taken_at    timestamptz,                       -- as its manifest says; NULL: that cannot be read
    complete_to timestamptz,
    -- reading: beside the mirror. held: for a person to release. applying: it comes into the mirror, and nothing is
    -- emitted. taken: it is what the council has. refused: it cannot be used. left: another came before it was taken.
    state       text        NOT NULL CHECK (state IN ('reading', 'held', 'applying', 'taken', 'refused', 'left')),
    sentences   text[]      NOT NULL DEFAULT '{}', -- why, for the council's data team; never a cell
    began_at    timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    released_at timestamptz,
    released_by text,
    reason      text                               -- in that person's words
);
CREATE UNIQUE INDEX refresh_one ON refresh ((true)) WHERE state IN ('reading', 'held', 'applying');

-- The rows of the one that is being read, is held, or is applied.
CREATE TABLE refresh_row (
    source_table text  NOT NULL,
    key          text  COLLATE "C" NOT NULL,
    owner        text  COLLATE "C",
    body         jsonb NOT NULL,
    PRIMARY KEY (source_table, key)
);

-- Who is looked at when nobody is dirty any more: a worker who is gone ends when no child names them.
CREATE TABLE dirty_later (
    kind text NOT NULL,
    key  text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, key)
);

GRANT SELECT, INSERT, DELETE ON dirty_later TO feed_service;
GRANT SELECT, INSERT, UPDATE ON refresh TO feed_service;
GRANT SELECT, INSERT, TRUNCATE ON refresh_row TO feed_service;
