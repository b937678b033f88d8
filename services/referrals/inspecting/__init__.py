"""Looking into a file that somebody sends: what it is, whether it is taken, and what of a photograph is kept."""
