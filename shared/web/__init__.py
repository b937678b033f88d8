"""A service's web application: who may ask, how refusals are shown, and the ports that it listens on."""
