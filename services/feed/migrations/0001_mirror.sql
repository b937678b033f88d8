-- One row: where the fold stands. Whoever changes or says anything holds its lock, so the feed says one thing at a time.
CREATE TABLE cursor (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    phase        text    NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'missed', 'reading', 'sweeping', 'live')),
    generation   integer NOT NULL DEFAULT 0,  -- counts snapshots; rows of an older one are swept
    snapshot_lsn bigint  NOT NULL DEFAULT 0,  -- position in the source's log at which this snapshot was read
    began        bigint  NOT NULL DEFAULT -1, -- offset in the raw topic of this snapshot's first record
    epoch        integer NOT NULL DEFAULT 0,  -- high bits of every revision; raised when revisions may have been lost
    derivation   integer NOT NULL DEFAULT 0   -- version of the rules by which states were derived
);
INSERT INTO cursor DEFAULT VALUES;

-- What the source's rows are now, captured columns only. A deleted row stays for a while, empty, against late replays.
CREATE TABLE mirror (
    source_table text    NOT NULL,
    key          bigint  NOT NULL,
    owner        bigint,                      -- the person whom the row is about; NULL for workers, teams, heartbeat
    body         jsonb   NOT NULL,
    generation   integer NOT NULL,
    lsn          bigint  NOT NULL,            -- 0: read in that generation's snapshot
    deleted_at   timestamptz,
    PRIMARY KEY (source_table, key)
) WITH (fillfactor = 85);
CREATE INDEX mirror_owner ON mirror (owner) WHERE owner IS NOT NULL;
CREATE INDEX mirror_deleted ON mirror (deleted_at) WHERE deleted_at IS NOT NULL;

-- Who was ever said: the id is minted once, random, and kept; the counter only grows.
CREATE TABLE subject (
    kind      text   NOT NULL CHECK (kind IN ('child', 'worker', 'team', 'freshness')),
    key       bigint NOT NULL,
    id        uuid   NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    revision  bigint NOT NULL DEFAULT 0,      -- 0: not said yet
    digest    bytea,                          -- of what was last said
    ended_at  timestamptz,
    forgotten boolean NOT NULL DEFAULT false, -- its tombstone has been said
    PRIMARY KEY (kind, key)
) WITH (fillfactor = 85);
CREATE INDEX subject_ended ON subject (ended_at) WHERE ended_at IS NOT NULL AND NOT forgotten;

-- Who may stand otherwise than was last said.
CREATE TABLE dirty (
    kind text   NOT NULL,
    key  bigint NOT NULL,
    PRIMARY KEY (kind, key)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

GRANT SELECT, UPDATE ON cursor TO feed_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON mirror, dirty TO feed_service;
GRANT SELECT, INSERT, UPDATE ON subject TO feed_service;
