"""One process of a service, and its periodic work: the top of shared/, which starts all the rest."""
