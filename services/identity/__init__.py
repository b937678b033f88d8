"""identity: who people are, and when they may act."""
