"""As what a person may act at this moment, read from identity's own tables."""
