"""The data protection officer reads the record; each reading is itself recorded."""
