"""Legal holds: a data protection officer orders that a referral be kept, whatever its age."""
