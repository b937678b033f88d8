"""Deleting what has been kept for long enough: referrals with all that hangs on them, and attachments before them."""
