"""The gateway, on one page: web pages for people. It has no database and decides nothing; the services do."""

from services.gateway.settings import BODY_MAX_BYTES, UPLOAD_MAX_BYTES, Settings
from shared.manifest import Service

service = Service(
    name="gateway",
    purpose="Web pages for schools and the council: find a child's worker, send a concern, see who looked at what.",
    package=__package__,
    settings=Settings,
    serves=["web:router"],
    database=False,
    guarded=False,
    public=True,
    body_max_bytes=BODY_MAX_BYTES,
    bodies={"/concern-files/{draft}/add": UPLOAD_MAX_BYTES, "/school-roll/file": UPLOAD_MAX_BYTES},
    shapes="web:shape",
)
