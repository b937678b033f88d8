"""The ways into a council's case system: a table of its database, HTTPS, a folder. Each can be handed a referral."""
