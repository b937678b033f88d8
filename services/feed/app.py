"""The feed service, on one page."""

from services.feed.deciding.domain import PairChanged, PairNotFound
from services.feed.left_out.domain import PlaceRefused
from services.feed.pushing.domain import BATCH_PATH, LIST_PATH, PushForbidden, PushNotTaken, PushTokenRefused
from services.feed.rolls.domain import NoUploads, ReasonNeeded, RollChanged, UndoTooLate, UploadNotFound
from services.feed.settings import PUSH_MAX_BYTES, ROLL_MAX_BYTES, Settings
from services.feed.way import RAW_GROUP, RAW_TOPIC
from shared.contracts import events_of, feed
from shared.manifest import Ingestion, Periodic, Service

service = Service(
    name="feed",
    purpose="Emit what the council's case system holds of children, schools and workers, and nothing more.",
    package=__package__,
    settings=Settings,
    serves=("left_out.http:router", "deciding.http:router", "rolls.http:router", "senders.http:router"),
    emits=events_of(feed),
    ingests=(Ingestion(topic=RAW_TOPIC, to="mirror.projections:ingest", group=RAW_GROUP),),
    works=(
        Periodic(name="begin again", every_s=10, work="catching_up.commands:begin_again"),
        Periodic(name="catch up", every_s=1, work="catching_up.commands:catch_up"),
        Periodic(name="forget", every_s=600, work="catching_up.commands:forget"),
        Periodic(name="note nobodys", every_s=30, work="left_out.commands:note_nobodys"),
        Periodic(name="count links", every_s=60, work="linking.commands:count"),
        Periodic(name="watch connector", every_s=3, work="ways.capture.watch:look"),
        Periodic(name="take extract", every_s=2, work="refreshing.commands:look"),
        Periodic(name="take snapshot", every_s=2, work="snapshots.commands:look"),
        Periodic(name="forget rolls", every_s=600, work="rolls.commands:forget"),
    ),
    bodies={"/rolls/files": ROLL_MAX_BYTES, BATCH_PATH: PUSH_MAX_BYTES, LIST_PATH: PUSH_MAX_BYTES},
    checks=("mirror.readiness:flow",),
    errors={
        **{PlaceRefused: 422, PairNotFound: 404, PairChanged: 409},
        **{UploadNotFound: 404, NoUploads: 404, ReasonNeeded: 409, RollChanged: 409, UndoTooLate: 409},
        **{PushTokenRefused: 401, PushForbidden: 403, PushNotTaken: 409},
    },
)
