"""The feed: from the source's raw changes to what is said of children, workers and teams."""
