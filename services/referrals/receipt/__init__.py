"""The copy of a referral: everything that was sent, as a page to print and as a PDF; each reading is recorded."""
