"""Takes what is pushed: batches of children, lists beside them, and that all has been sent."""
