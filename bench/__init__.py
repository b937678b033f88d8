"""`make bench`: how fast the portal is, each figure beside a floor or a peer of the same run."""
