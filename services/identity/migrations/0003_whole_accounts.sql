-- In which form each account's state was emitted last, and at which revision: one that was emitted by older code, which
-- knew fewer fields, is emitted anew. Yesterday's code raises `revision` and leaves these two as they are.
ALTER TABLE account
    ADD COLUMN emitted_form     integer NOT NULL DEFAULT 0,
    ADD COLUMN emitted_revision bigint;
