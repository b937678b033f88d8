"""How a source's rows come: one folder a way, found by its name (FEED_WAY); each makes a `way`."""
