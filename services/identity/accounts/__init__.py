"""People's accounts and the roles that they hold: opened, disabled, taken away."""
