"""Several sources read at once."""
