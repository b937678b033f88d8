"""Opening a referral by its reference; each opening is recorded."""
