"""What of the source cannot be used, as a list to mend it by: where, why and since when; never what a cell holds."""
