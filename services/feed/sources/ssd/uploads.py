"""The rows that a school's uploaded roll makes: a pupil, where the council has none, and an enrolment."""

from services.feed.source import Body
from services.feed.sources.ssd.tables import ENROLMENT, PUPIL
from services.feed.uploads import UploadedChild, Uploads


def pupil(child: UploadedChild) -> Body:
    return {
        "pupil_id": child.key, "upn": child.upn, "former_upns": list(child.former_upns) or None,
        "forename": child.given_name or None, "surname": child.family_name or None, "born": child.born,
    }  # fmt: skip


def enrolment(key: str, child: UploadedChild, urn: str) -> Body:
    return {"enrolment_id": key, "pupil_id": child.key, "urn": urn, "starts": child.joined, "ends": None}


UPLOADS = Uploads(child=PUPIL, enrolment=ENROLMENT, school="urn", child_row=pupil, enrolment_row=enrolment)
