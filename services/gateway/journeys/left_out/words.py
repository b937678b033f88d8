"""Why data cannot be used, in words for whoever mends it. Pure."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "bad_date": "It is not a date, or an impossible one",
    "bad_flag": "It is neither yes nor no",
    "bad_job": "It is not one of the jobs that the portal knows",
    "bad_key": "It is not the key of another row",
    "bad_list": "It is not a list",
    "bad_phone": "There is no telephone number in it",
    "bad_role": "It is not one of the roles whose meaning the portal knows",
    "bad_text": "It is not text",
    "bad_upn": "It is not a unique pupil number (UPN)",
    "bad_urn": "It is not a school's number (URN)",
    "ends_first": "It ends before it begins",
    "long_text": "It is too long",
    "missing": "The case system does not send this column any more",
    "no_date": "There is no date",
    "no_key": "It does not say to which other row it belongs",
    "no_text": "It is empty",
    "nobodys": "It does not say which child the row is about",
    "other_type": "The case system sends this column as another type than before",
    "too_many": "There are too many",
}
