"""Feed: the council's records as its case system has them, one module for each kind of question."""
