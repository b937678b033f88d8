"""The list of what a school has sent: of the whole school, and of no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.children import FOUND
from tests.e2e.people import Person

pytestmark = pytest.mark.e2e

NAME = f"{FOUND.given_name} Thornwick"


@pytest.fixture(scope="module")
def sent(signed_in: Callable[..., Person]) -> str:
    """The reference of a concern that the lead has sent."""
    lead = signed_in("lead")
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    lead.write_concern("She came in without a coat again.")
    lead.send_concern()
    return lead.reference


def test_the_list_is_the_schools_and_works_from_the_navigation(
    lead: Person, sent: str, signed_in: Callable[..., Person]
) -> None:
    head, other = signed_in("headteacher"), signed_in("other_lead")
    for person in (lead, head):
        person.go("/find")
        person.page.get_by_role("link", name="Concerns we have sent").click()
        person.page.wait_for_url("**/sent")
        assert sent in person.text
        assert NAME in person.text
        assert NAME not in person.page.title()
    head.looks_right("sent-list")
    other.go("/sent")
    assert sent not in other.text
    other.go(f"/sent/{sent}")
    assert other.heading == "Page not found"
