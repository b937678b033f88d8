"""Handing each referral over to the council's case system, until that has acknowledged it with a number of its own."""
