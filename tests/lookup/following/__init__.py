"""Changed since you looked."""
