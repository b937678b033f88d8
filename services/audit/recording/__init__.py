"""Every fact of every service is written down as an entry, once and unchanged."""
