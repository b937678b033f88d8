"""Where senders post, and what they are refused. Pure."""

from datetime import timedelta

from shared.database.refusal import Refusal

AREA = "/children_social_care_data/{la_code}"
BATCH_PATH, LIST_PATH = f"{AREA}/children", f"{AREA}/lists/{{name}}"
AHEAD_MAX = timedelta(minutes=10)
"""So far the council's clock may be ahead of ours."""


class PushTokenRefused(Refusal):
    """The access token is not one that was given out here, or has had its time: ask for another."""


class PushForbidden(Refusal):
    """The SupplierKey is not this client's, or it does not send for this authority."""


class PushNotTaken(Refusal):
    """What was sent cannot be taken now."""

    def __init__(self, detail: str) -> None:
        """`detail`: why, in a sentence for whoever sends it."""
        super().__init__()
        self.detail = detail
