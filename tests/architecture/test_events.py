"""Who may say what, and that nothing is said to nobody."""

from __future__ import annotations

from collections import Counter

import pytest

from deploy.operate.acls import allowed
from deploy.services import load, load_all
from shared.contracts import Event, Fact, State
from shared.service import Service, listeners, speakers
from tests.contracts import frozen

SERVICES = load_all()
EVENTS = list(frozen.events().values())
FACTS = [event for event in EVENTS if issubclass(event, Fact)]
STATES = [event for event in EVENTS if issubclass(event, State)]


def by_type(event: type[Event]) -> str:
    return event.type


@pytest.mark.parametrize("event", EVENTS, ids=by_type)
def test_an_event_has_one_speaker_its_owner(event: type[Event]) -> None:
    assert speakers(SERVICES).get(event) == [event.owner]


@pytest.mark.parametrize("fact", FACTS, ids=by_type)
def test_every_fact_is_heard_by_audit(fact: type[Event]) -> None:
    assert "audit" in listeners(SERVICES, fact)


@pytest.mark.parametrize("state", STATES, ids=by_type)
def test_every_state_is_followed_by_somebody(state: type[Event]) -> None:
    assert listeners(SERVICES, state)


def test_audit_keeps_types_that_it_does_not_know() -> None:
    assert [hears.everything for hears in load("audit").hears] == [True]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_no_topic_is_both_heard_and_followed(service: Service) -> None:
    heard = {fact.topic for hears in service.hears for fact in hears.facts} | {folds.topic for folds in service.folds}
    assert heard.isdisjoint(follows.state.topic for follows in service.follows_all)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_group_follows_or_hears_never_both(service: Service) -> None:
    hearing = {hears.group for hears in service.hears} | {folds.group for folds in service.folds}
    assert hearing.isdisjoint(follows.group for follows in service.follows_all)


@pytest.mark.parametrize("service", [s for s in SERVICES if s.guarded], ids=lambda service: service.name)
def test_ends_of_access_never_wait_behind_other_states(service: Service) -> None:
    topics = dict(service.groups)[f"{service.name}.access"]
    assert topics == ["identity.account.v1", "identity.school.v1", "identity.session.v1"]


def test_a_name_means_one_event() -> None:
    """The class's name is the thread through the code, and what the data protection officer sees as the kind of act."""
    assert [name for name, count in Counter(event.__name__ for event in EVENTS).items() if count > 1] == []


@pytest.mark.parametrize("event", EVENTS, ids=by_type)
def test_a_key_is_never_personal(event: type[Event]) -> None:
    assert event.key_field == "urn" or event.key_field == "source" or event.key_field.endswith("_id")


@pytest.mark.parametrize("event", EVENTS, ids=by_type)
def test_only_its_owner_may_write_an_events_topic(event: type[Event]) -> None:
    assert [rights.service for rights in map(allowed, SERVICES) if event.topic in rights.writes] == [event.owner]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_may_read_what_it_listens_to_and_no_more(service: Service) -> None:
    rights = allowed(service)
    listened = {topic for topics in service.groups.values() for topic in topics}
    assert {topic for topic in rights.reads if not topic.endswith(".replay")} == listened
    assert all(name.startswith(f"{service.name}.") for name in rights.groups)
