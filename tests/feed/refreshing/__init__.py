"""Extracts, and how they come into the mirror."""
