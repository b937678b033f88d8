"""A council that does not exist: its case system, its schools, its children."""
