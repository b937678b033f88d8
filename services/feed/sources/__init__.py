"""What the rows of a source mean: one folder a source, found by its name (FEED_SOURCE); each makes a `source`."""
