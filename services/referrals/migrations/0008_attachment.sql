-- A file that belongs to a draft, and to the referral that was sent from it: its idempotency key is the draft's id.
-- What is in the file lies sealed on the disk, under the attachment's id. Its row is committed after the file is there.
CREATE TABLE attachment (
    attachment_id uuid        PRIMARY KEY,
    draft_id      uuid        NOT NULL,
    account       uuid        NOT NULL,                -- whose draft it is, and for which school
    school        text        NOT NULL,
    name          bytea       NOT NULL,                -- sealed: it may name a child
    announced_at  timestamptz NOT NULL,
    added_at      timestamptz,                         -- when it was here whole; NULL: it is still to come
    type          text,                                -- pdf, jpeg, docx …, by its content
    size_bytes    bigint,                              -- as it is kept
    fingerprint   bytea,                               -- a keyed hash of what came: the same file twice is one
    scan          text        NOT NULL DEFAULT 'unscanned' CHECK (scan IN ('unscanned', 'clean', 'infected')),
    scanned_at    timestamptz,
    scan_tries    integer     NOT NULL DEFAULT 0,
    scan_at       timestamptz NOT NULL DEFAULT now(),  -- when the scanner is asked next
    CHECK ((added_at IS NULL) = (type IS NULL) AND (added_at IS NULL) = (size_bytes IS NULL)),
    CHECK ((scan = 'unscanned') = (scanned_at IS NULL)),
    UNIQUE (draft_id, fingerprint)
);
CREATE INDEX attachment_unscanned ON attachment (scan_at) WHERE scan = 'unscanned' AND added_at IS NOT NULL;
CREATE INDEX attachment_coming ON attachment (announced_at) WHERE added_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON attachment TO referrals_service;
