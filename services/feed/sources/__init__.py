"""Where changes come from and what their rows mean: one module for each way and each vendor."""
