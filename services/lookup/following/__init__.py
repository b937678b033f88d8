"""Changed since you looked: which of the children that somebody searched for have other workers now, or none."""
