"""Whether a child may be the one that an officer asks for, by its names. Pure."""

from collections.abc import Sequence

from shared import names

UNLIKE: frozenset[names.Likeness] = frozenset({"other", "rival", "one_of", "none"})


def are_alike(sought: Sequence[str], recorded: Sequence[str]) -> bool:
    """A first and a last name as typed and as recorded: in another spelling, in part, or the other way round."""
    given, family = (names.parts(name) for name in sought)
    its_given, its_family = (names.parts(name) for name in recorded)
    straight = {names.compare(given, its_given), names.compare(family, its_family)}
    crossed = {names.compare(family, its_given), names.compare(given, its_family)}
    return not straight & UNLIKE or not crossed & UNLIKE
