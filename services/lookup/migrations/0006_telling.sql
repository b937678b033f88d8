-- Which schools were shown that somebody of a team works with a child: kept until it is gathered for the team, and only of
-- schools whose agreement has that option.
CREATE TABLE team_look (
    team_id  uuid NOT NULL,
    day      date NOT NULL,                      -- in London
    school   text NOT NULL,
    child_id uuid NOT NULL,
    PRIMARY KEY (team_id, day, school, child_id)
);

-- For which team something was gathered on which day: at most once.
CREATE TABLE team_gathered (
    gathered_id uuid PRIMARY KEY,
    team_id     uuid NOT NULL,
    day         date NOT NULL,
    UNIQUE (team_id, day)
);

GRANT SELECT, INSERT, DELETE ON team_look, team_gathered TO lookup_service;
