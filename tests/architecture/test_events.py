"""Who may emit what, and that nothing is emitted to nobody."""

from __future__ import annotations

from collections import Counter

import pytest

from deploy.generate.events import consumers
from deploy.operate.acls import allowed
from deploy.services import load, load_all
from shared.contracts import Event, Fact, State
from shared.manifest import Service
from tests.architecture.tree import code
from tests.contracts import frozen

SERVICES = load_all()
EVENTS = list(frozen.events().values())
FACTS = [event for event in EVENTS if issubclass(event, Fact)]
STATES = [event for event in EVENTS if issubclass(event, State)]


def by_type(event: type[Event]) -> str:
    return event.type


@pytest.mark.parametrize("event", EVENTS, ids=by_type)
def test_an_event_has_one_emitter_its_owner(event: type[Event]) -> None:
    assert [service.name for service in SERVICES if event in service.emits] == [event.owner]


@pytest.mark.parametrize("fact", FACTS, ids=by_type)
def test_audit_reacts_to_every_fact(fact: type[Event]) -> None:
    assert "audit" in consumers(SERVICES, fact)


@pytest.mark.parametrize("state", STATES, ids=by_type)
def test_every_state_is_projected_by_somebody(state: type[Event]) -> None:
    assert consumers(SERVICES, state)


def test_audit_keeps_types_that_it_does_not_know() -> None:
    assert [reaction.everything for reaction in load("audit").reacts_to] == [True]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_no_topic_is_both_reacted_to_and_projected(service: Service) -> None:
    facts = {fact.topic for reaction in service.reacts_to for fact in reaction.facts}
    others = {ingestion.topic for ingestion in service.ingests}
    assert (facts | others).isdisjoint(projection.state.topic for projection in service.projects_all)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_group_projects_or_reacts_never_both(service: Service) -> None:
    reacting = {one.group for one in (*service.reacts_to, *service.ingests)}
    assert reacting.isdisjoint(projection.group for projection in service.projects_all)


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


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_a_manifest_emits_is_made_in_its_service_and_nothing_else_is(service: Service) -> None:
    made = {name.rpartition(".")[2] for file in code(f"services/{service.name}") for name, _ in file.calls}
    facts = {event.__name__: event for event in EVENTS if issubclass(event, Fact)}
    assert made & facts.keys() == {event.__name__ for event in service.emits if issubclass(event, Fact)}
