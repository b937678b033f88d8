"""Dead letters of consumer groups: listed, given to their group again; and a group let past what stops it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from deploy import services
from deploy.trouble import Trouble
from shared.events import dead
from shared.events.dead import DeadLetter
from shared.log.kafka import Cluster, KafkaBus

CLIENT = "portal-dead"


def groups() -> dict[str, list[str]]:
    """Every consumer group of every service, with its topics."""
    return {group: topics for service in services.load_all() for group, topics in service.groups.items()}


def known(group: str) -> str:
    """The group, if a service has it; Trouble names those that there are."""
    if group not in groups():
        raise Trouble(f"There is no consumer group {group}: choose one of {', '.join(groups())}.")
    return group


async def letters(cluster: Cluster, names: Sequence[str]) -> list[tuple[str, DeadLetter]]:
    """What these groups have set aside, oldest first, each with its group."""
    async with _asked(cluster) as bus:
        return [(group, letter) for group in names for letter in await dead.dead_list(bus, group)]


async def replay(cluster: Cluster, group: str) -> int:
    """Give the group every letter that it was not given again yet; how many."""
    async with _asked(cluster) as bus:
        return await dead.dead_replay(bus, group)


async def let_pass(cluster: Cluster, group: str) -> dict[tuple[str, int], int]:
    """Let the group set aside what it cannot handle, up to these offsets by (topic, partition)."""
    async with _asked(cluster) as bus:
        return await dead.let_pass(bus, group, groups()[group])


@asynccontextmanager
async def _asked(cluster: Cluster) -> AsyncIterator[KafkaBus]:
    """Raises Trouble if Kafka does not answer; each of the above can be asked for again, and goes on where it was."""
    bus = KafkaBus(cluster, CLIENT)
    try:
        yield bus
    except TimeoutError:
        raise Trouble("Kafka did not answer in time: run the command again, it goes on where it was.") from None
    finally:
        await bus.stop()
