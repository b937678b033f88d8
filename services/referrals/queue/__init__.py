"""The queue of referrals that triage officers work through, the most pressing first."""
