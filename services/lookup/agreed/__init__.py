"""What the agreement of a school allows beyond searching."""
