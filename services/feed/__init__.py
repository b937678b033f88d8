"""The feed: states of children, workers and teams, from what the council's case system holds."""
