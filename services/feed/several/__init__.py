"""Several sources read at once, as one: what each gives, whose value counts, up to when all are complete."""
