"""What has become of a child's workers, as a lead reads it. Pure."""

from collections.abc import Mapping

CHANGES: Mapping[str, str] = {
    "no_worker": "Has no allocated worker now",
    "first_worker": "Has an allocated worker now, and had none when you looked",
    "other_workers": "Has a different worker, or different workers, now",
    "as_before": "Has the same workers again as when you looked",
}
ANOTHER = "Something about their workers has changed"
"""Of a change that the pages do not know yet."""


def change(recorded: str) -> str:
    return CHANGES.get(recorded, ANOTHER)
