"""`python -m deploy.generate` writes every derived file; with `--check` it only says which are out of date."""

import sys
from collections.abc import Sequence

from deploy.generate.documents import outdated, write
from deploy.services import load_all


def main(arguments: Sequence[str]) -> int:
    if "--check" not in arguments:
        write(load_all())
        return 0
    stale = outdated(load_all())
    sys.stderr.writelines(f"{path} is out of date: make docs\n" for path in stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
