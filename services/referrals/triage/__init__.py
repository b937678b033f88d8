"""What triage officers do with a referral, until it is decided."""
