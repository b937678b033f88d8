"""The children of a roll who have an allocated worker, as a list: where the school's agreement has it."""
