"""A worker's team is told that a school has searched for a child of theirs: gathered, once a day."""
