"""Files that a school adds to a draft: taken by their content, sealed on the disk, scanned, read with the referral."""
