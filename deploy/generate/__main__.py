"""`python -m deploy.generate` writes every derived file; with `--check` it only says which are out of date."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from deploy.generate.documents import outdated, write
from deploy.services import load_all


def main(arguments: Sequence[str]) -> int:
    services = load_all()
    if "--check" not in arguments:
        write(services)
        return 0
    stale = outdated(services)
    for path in stale:
        sys.stderr.write(f"{path} is out of date: make docs\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
