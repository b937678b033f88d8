"""A team is told that a school looked."""
