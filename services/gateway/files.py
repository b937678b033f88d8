"""The files that pages are drawn with, as `make assets` built them: read and packed once, when a process starts."""

import gzip
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.web.guard import open_to_all

BUILT = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
KINDS: Mapping[str, str] = {
    "portal.css": "text/css; charset=utf-8",
    "portal.js": "text/javascript; charset=utf-8",
    "session.js": "text/javascript; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "govuk-frontend.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "LICENCE.txt": "text/plain; charset=utf-8",
}


class Files:
    """Every file, as it is and packed; `folder` is their address, which changes when one of them does."""

    def __init__(self) -> None:
        self.plain = {name: (BUILT / name).read_bytes() for name in KINDS}
        self.packed = {name: gzip.compress(raw, mtime=0) for name, raw in self.plain.items()}
        self.version = sha256(b"".join(self.plain.values())).hexdigest()[:12]
        self.folder = f"/static/{self.version}"


router = APIRouter(include_in_schema=False)


@router.get("/static/{version}/{name}", dependencies=[open_to_all])
async def get_static(request: Request, version: str, name: str) -> Response:
    """A file, packed for browsers that can read it so, and kept by them for a year."""
    files: Files = request.app.state.files
    if name not in KINDS or version != files.version:
        raise HTTPException(404)
    headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(files.plain[name], media_type=KINDS[name], headers=headers)
    return Response(files.packed[name], media_type=KINDS[name], headers={**headers, "content-encoding": "gzip"})
