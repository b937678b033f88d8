-- What the made-up service of these tests keeps. n over 99 breaks a check (class 23), a key over 8 is too long (22).
CREATE TABLE kept (
    seq bigint     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key varchar(8) NOT NULL,
    n   integer    NOT NULL CHECK (n <= 99)
);
CREATE TABLE newest (
    key      text    PRIMARY KEY,
    revision bigint  NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON kept, newest TO suite_service;
