-- From when on the council's records are current no longer, by the feed's word: where several sources are read at once,
-- each has a time of its own (docs/decisions/0057). NULL: that is referrals' own to say. Yesterday's code leaves it as it
-- is, and takes nothing for current meanwhile: the feed calls it broken for those who do not know this.
ALTER TABLE freshness ADD COLUMN lapses_at timestamptz;
