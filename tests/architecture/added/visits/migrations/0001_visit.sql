CREATE TABLE visit (
    visit_id uuid        PRIMARY KEY,
    child_id uuid        NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON visit TO visits_service;
