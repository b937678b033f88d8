"""Names of nobody: put together from syllables and words, so that no real person or school is meant."""

from random import Random

GIVEN_STARTS = (
    "Al", "Bel", "Bren", "Cal", "Cor", "Dar", "Del", "El", "Fen", "Gal", "Hal", "Il", "Jor", "Kel", "Lor", "Mar",
    "Mir", "Nor", "Or", "Per", "Quil", "Ros", "Sel", "Tam", "Ul", "Ver", "Wil", "Yor", "Zel", "Bry", "Tav", "Sor",
)  # fmt: skip
GIVEN_ENDS = (
    "a", "ane", "ara", "brin", "cen", "da", "dric", "ela", "en", "eth", "fin", "gan", "ia", "ick", "ina", "is",
    "ith", "lan", "len", "lis", "mon", "na", "or", "rin", "sa", "sel", "ta", "than", "vin", "wen", "wyn", "zen",
)  # fmt: skip
FAMILY_STARTS = (
    "Acre", "Alder", "Amber", "Ash", "Barrow", "Beck", "Birch", "Bracken", "Bram", "Briar", "Cinder", "Copper",
    "Dapple", "Elder", "Fallow", "Farrow", "Fern", "Flint", "Frost", "Gorse", "Grove", "Harrow", "Hazel", "Heron",
    "Holm", "Ivy", "Kestrel", "Larch", "Linnet", "Mallow", "Marsh", "Meadow", "Moss", "Nettle", "Oat", "Otter",
    "Pebble", "Quill", "Reed", "Rowan", "Rush", "Sedge", "Sorrel", "Tarn", "Thistle", "Thorn", "Umber", "Willow",
)  # fmt: skip
FAMILY_ENDS = (
    "bane", "bourn", "brook", "combe", "croft", "dale", "den", "fell", "field", "fold", "gate", "hanger", "hurst",
    "lane", "ley", "marsh", "mere", "moor", "pole", "row", "shaw", "side", "stead", "stile", "thwaite", "wick",
)  # fmt: skip
SCHOOL_KINDS = ("Primary School", "Junior School", "Infant School", "Community School", "Academy", "School")


def given_name(rng: Random) -> str:
    return rng.choice(GIVEN_STARTS) + rng.choice(GIVEN_ENDS)


def family_name(rng: Random) -> str:
    """One of 1,248; one in twelve is double-barrelled."""
    name = rng.choice(FAMILY_STARTS) + rng.choice(FAMILY_ENDS)
    return f"{name}-{rng.choice(FAMILY_STARTS)}{rng.choice(FAMILY_ENDS)}" if rng.random() < 1 / 12 else name


def school_name(number: int) -> str:
    """The name of the nth school, from 0; the first 7,488 differ."""
    place = FAMILY_STARTS[number * 7 % len(FAMILY_STARTS)]
    round_ = number // len(FAMILY_STARTS)
    ending = FAMILY_ENDS[(number * 5 + round_) % len(FAMILY_ENDS)]
    kind = SCHOOL_KINDS[(number + round_ // len(FAMILY_ENDS)) % len(SCHOOL_KINDS)]
    return f"{place}{ending} {kind}"


def email(name: str) -> str:
    """An address at example.org (RFC 2606): nobody has it."""
    return name.lower().replace(" ", ".").replace("'", "") + "@example.org"
