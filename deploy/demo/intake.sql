-- Where the demo council's case system takes referrals in. Safe to run again. Not captured: what is handed over here does
-- not come back through the portal's own stream.
CREATE TABLE IF NOT EXISTS intake (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference   text        NOT NULL UNIQUE,     -- the portal's: the same one twice is one
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    payload     jsonb       NOT NULL,
    pdf         bytea       NOT NULL,
    held        boolean     NOT NULL DEFAULT false  -- nobody at the council has taken it in: it gets no number
);

CREATE TABLE IF NOT EXISTS intake_file (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text NOT NULL REFERENCES intake (reference) ON DELETE CASCADE,
    name      text NOT NULL,
    type      text NOT NULL,
    content   bytea NOT NULL
);

-- The number comes a moment later, as in a case system where somebody or something takes it in first.
CREATE OR REPLACE VIEW intake_number AS
SELECT reference,
       CASE WHEN NOT held AND clock_timestamp() > received_at + interval '2 seconds'
            THEN 'CS-' || to_char(id, 'FM000000') END AS number
  FROM intake;

-- Who hands over: may add a referral and its files, and see which number each reference has; may read nothing of them.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_intake') THEN
        CREATE ROLE portal_intake LOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server made it at the same moment
END
$$;
DO $$
BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO portal_intake', current_database());
END
$$;
GRANT USAGE ON SCHEMA public TO portal_intake;
GRANT INSERT (reference, payload, pdf) ON intake TO portal_intake;
GRANT INSERT (reference, name, type, content) ON intake_file TO portal_intake;
GRANT SELECT ON intake_number TO portal_intake;
