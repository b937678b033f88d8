"""The school's side of a referral, in its pages."""
