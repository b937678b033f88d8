"""Finding, in the council's records, the child whom a school could only describe."""
