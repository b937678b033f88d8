"""What differs between two records, and how they stand, in words. Pure."""

from collections.abc import Mapping

GROUPS: Mapping[str, str] = {"waiting": "Waiting for you", "marked": "Linked, with a difference", "decided": "Decided"}

DIFFERS: Mapping[str, str] = {
    "given_name": "first names differ",
    "family_name": "last names differ",
    "born": "dates of birth differ",
    "swapped": "first and last name are in each other's place",
    "upn": "UPNs differ",
    "no_upn": "one of them has no UPN",
    "unreadable": "something that is needed cannot be read",
    "said_before": "a person decided otherwise before one of them changed",
    "another": "another record fits as well",
}

STANDS: Mapping[str, str] = {
    "linked": "They are treated as one child: schools are told of the worker.",
    "waiting": "Nobody knows yet: until it is decided, schools that ask for this child are told to telephone.",
    "passed": "They are treated as two children: the social care record is linked with another child.",
    "apart": "They are treated as two children.",
}

SURE = ("same", "marked")


def why(differs: tuple[str, ...], verdict: str, standing: str) -> str:
    """In one phrase; of two that are alike and wait there is another that fits."""
    found = [*differs, *(["another"] if verdict in SURE and standing == "waiting" else [])]
    said = ", ".join(DIFFERS.get(one, one.replace("_", " ")) for one in found)
    return said[:1].upper() + said[1:] or "Nothing differs"
