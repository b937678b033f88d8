"""Who may be meant by names and a birth date: the keys by which a search finds them, and when those are computed."""
