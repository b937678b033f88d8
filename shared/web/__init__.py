"""A service's web application: who may ask, what is refused and how it is said, and the ports that it listens on."""
