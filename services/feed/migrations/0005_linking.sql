-- Of a source that has a child's roll record and its social care record in two tables: by what each is found, which of
-- them may be of one child, and what a person decided. Keys of children are as in `subject` and `mirror.owner`.
CREATE TABLE link_record (
    key       text COLLATE "C" PRIMARY KEY,
    side      text   NOT NULL CHECK (side IN ('roll', 'care')),
    described jsonb  NOT NULL,             -- names, birth date, UPNs, as they could be read
    digest    bytea  NOT NULL,             -- of that
    keys      text[] COLLATE "C" NOT NULL, -- those under which it is found
    version   text   NOT NULL,             -- of the rules for them
    settled   bytea                        -- the digest with which it was last compared; NULL: never
);
-- Written one by one, for a list of what waits to be sorted in would be read by each search.
CREATE INDEX link_record_keys ON link_record USING gin (keys) WITH (fastupdate = off);
CREATE INDEX link_record_version ON link_record (version);

-- A roll's record and one of social care that may be of one child.
CREATE TABLE link_pair (
    id       uuid        NOT NULL DEFAULT gen_random_uuid() UNIQUE, -- for the page's address: it says nothing
    roll     text        COLLATE "C" NOT NULL,
    care     text        COLLATE "C" NOT NULL,
    verdict  text        NOT NULL CHECK (verdict IN ('same', 'marked', 'doubtful', 'different')),
    why      text[]      NOT NULL DEFAULT '{}',                     -- what differs, in words of the rules
    standing text        NOT NULL DEFAULT 'waiting' CHECK (standing IN ('linked', 'waiting', 'passed', 'apart')),
    since    timestamptz NOT NULL DEFAULT now(),                    -- it stands so
    PRIMARY KEY (roll, care)
);
CREATE INDEX link_pair_care ON link_pair (care);
CREATE INDEX link_pair_since ON link_pair (standing, since) WHERE standing <> 'linked' OR verdict <> 'same';

-- What a person decided of two records, as they were described then. It counts while they are described so.
CREATE TABLE link_decision (
    roll        text        COLLATE "C" NOT NULL,
    care        text        COLLATE "C" NOT NULL,
    same        boolean     NOT NULL,
    roll_digest bytea       NOT NULL,
    care_digest bytea       NOT NULL,
    actor       uuid        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (roll, care)
);
CREATE INDEX link_decision_care ON link_decision (care);

GRANT SELECT, INSERT, UPDATE, DELETE ON link_record, link_pair, link_decision TO feed_service;
