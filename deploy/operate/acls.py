"""Who may do what on Kafka, from the manifests: the access lists of a cluster, and its users."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deploy.operate.rights import Doing, Kind, Right, change_rights, put_users, right, rights
from deploy.operate.topics import CONNECT_TOPICS
from shared.events.dead import dead_topic, passer, replay_topic
from shared.log.kafka import Cluster
from shared.manifest import Service

CONNECT = "connect"  # Kafka Connect's principal, and its group
OPERATOR = "operator"  # may do everything; makes the users, who may do what the manifests say
BROKER = "broker"  # as whom the broker speaks to its controller


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one service's principal needs, and nothing more; everything else is denied by default.

    `writes`: WRITE and DESCRIBE on these topics. `reads`: READ and DESCRIBE. `groups`: READ on these consumer groups.
    """

    service: str
    writes: Sequence[str]
    reads: Sequence[str]
    groups: Sequence[str]


def allowed(service: Service) -> Allowed:
    """A service writes what it emits and what its groups set aside; it reads what its groups listen to."""
    said = {event.topic for event in service.emits}
    aside = {dead_topic(group) for group in service.groups}
    listened = {topic for topics in service.groups.values() for topic in topics}
    again = {replay_topic(group) for group in service.groups}
    groups = {*service.groups, *map(passer, service.groups)}
    return Allowed(service.name, sorted(said | aside), sorted(listened | again), sorted(groups))


def principals(services: Sequence[Service]) -> list[str]:
    """Everybody who has a right: the services that emit or consume, and Connect."""
    return [*(one.service for one in map(allowed, services) if one.writes or one.reads), CONNECT]


def wanted(services: Sequence[Service]) -> set[Right]:
    """All lines of all access lists. READ and WRITE include DESCRIBE; WRITE on any topic includes idempotent writing
    (Kafka since 2.8)."""
    return {line for service in services for line in _of_service(allowed(service))} | set(_of_connect(services))


def _of_service(of: Allowed) -> Iterable[Right]:
    yield from (right(of.service, Doing.write, Kind.topic, name) for name in of.writes)
    yield from (right(of.service, Doing.read, Kind.topic, name) for name in of.reads)
    yield from (right(of.service, Doing.read, Kind.group, name) for name in of.groups)


def _of_connect(services: Sequence[Service]) -> Iterable[Right]:
    """Connect also reads the configuration of its own topics, before it uses them."""
    yield right(CONNECT, Doing.read, Kind.group, CONNECT)
    yield from (right(CONNECT, Doing.write, Kind.topic, name) for name in captured(services))
    for name in CONNECT_TOPICS:
        yield from (right(CONNECT, one, Kind.topic, name) for one in (Doing.read, Doing.write, Doing.describe_configs))


@dataclass(frozen=True)
class Applied:
    """What was changed, in lines for people. `left`: rights of others that no manifest names; they keep them."""

    users: Sequence[str]
    given: Sequence[str]
    taken: Sequence[str]
    left: Sequence[str]


async def apply(
    cluster: Cluster, services: Sequence[Service], passwords: Mapping[str, str],
    *, alone: bool = False, keep: bool = False,
) -> Applied:  # fmt: skip
    """Make the access lists what the manifests say, and the users of these passwords; safe to run again.

    A service or Connect loses every right that its manifest does not name, unless all is to be kept. Others' rights
    stay, unless the cluster is the portal's `alone`. Raises KafkaError.
    """
    need, has = wanted(services), await rights(cluster)
    ours = {f"User:{name}" for name in principals(services)}
    surplus = {line for line in has - need if (alone or line.principal in ours) and not keep}
    if passwords:
        await put_users(cluster, passwords)
    await change_rights(cluster, give=need - has, take=surplus)
    told = (sorted(map(str, lines)) for lines in (need - has, surplus, has - need - surplus))
    return Applied(sorted(passwords), *told)


def captured(services: Sequence[Service]) -> list[str]:
    """The topics that Connect writes: the raw changes that a service reads."""
    return sorted({ingestion.topic for service in services for ingestion in service.ingests})
