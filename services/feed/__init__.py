"""The feed: what the council's case system says, said on as states."""
