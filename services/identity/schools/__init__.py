"""Which schools may use the portal, and under which agreement."""
