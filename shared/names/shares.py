"""How common names are: data (shares.json), counted in a register that was made up."""

import json
from pathlib import Path
from typing import Literal

from shared.names.spellings import NAMES, spelling

Field = Literal["given_name", "family_name"]
DATA = json.loads((Path(__file__).parent / "shares.json").read_text(encoding="utf-8"))
SHARES: dict[Field, dict[str, float]] = {"given_name": DATA["given_name"], "family_name": DATA["family_name"]}
"""Of each spelling: how many of the children of the origin in which it is most common have it."""
KNOWN = NAMES.union(*SHARES.values())
RARE = 0.002
"""The share of a name that is not among them."""


def is_known(word: str) -> bool:
    """Whether this is a name of its own, and not only another with a slip in it."""
    return spelling(word) in KNOWN


def share(name: tuple[str, ...], field: Field) -> float:
    """How common a name is, given as its `parts`: as its rarest word is."""
    shares = SHARES[field]
    return min((shares.get(spelling(word), RARE) for word in name), default=RARE)
