"""What is derived from manifests and contracts and kept in the repository: documents, and parts of deployments."""

from typing import Any

MADE = "Made by `make docs` from the services' manifests and the contracts; not edited by hand."
VERSION = "1.0.0"

Json = dict[str, Any]
