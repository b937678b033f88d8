"""A session's life: as what its person acts, the tokens it is exchanged for, and its end."""
