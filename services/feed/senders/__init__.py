"""Who pushes, and what is answered: the DfE's API as the council's sender knows it."""
