"""Takes what a council's sender pushes: batches of children, lists beside them, and that all has been sent."""
