"""A person at the council sees two records side by side and says whether they are of one child."""
