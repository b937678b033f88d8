"""A school uploads its roll: what would change is shown in words first, then it is taken, and it can be undone."""
