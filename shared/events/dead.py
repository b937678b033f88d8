"""Dead letters: records that one group could not read or keep, set aside with their bytes untouched; list, replay.

A replay goes to the topic `<group>.replay`, which only that group reads: through the topic of origin every other group
would get it twice. So it needs neither the service's code nor its database, works from another process, and runs
under the group's own rules. It takes effect once, however often it is asked for: the inbox knows what was done, and a
projection keeps the newest revision. What fails again is set aside again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.contracts import Foreign
from shared.log.record import Bus, Place, Record, offsets_after

TOPIC, PARTITION, OFFSET, ERROR = "dead_topic", "dead_partition", "dead_offset", "dead_error"
AT_ONCE = 500
MARKS = frozenset({TOPIC, PARTITION, OFFSET, ERROR})


def dead_topic(group: str) -> str:
    return f"{group}.dead"


def replay_topic(group: str) -> str:
    return f"{group}.replay"


def replayer(group: str) -> str:
    """The consumer group that remembers which letters were replayed."""
    return f"{group}.dead-replay"


def passer(group: str) -> str:
    """The consumer group that remembers how far the group may set aside whatever it cannot handle."""
    return f"{group}.dead-pass"


async def let_pass(bus: Bus, group: str, topics: Sequence[str]) -> dict[Place, int]:
    """A person has looked: of all that these topics hold now, the group may set aside what it cannot handle, however
    much it is and whatever order it wants. Returns the offsets; what comes after them is not let pass."""
    ends = await bus.ends([*topics, replay_topic(group)])
    await bus.commit(passer(group), ends)
    return ends


def letter(record: Record, group: str, error: str) -> Record:
    """The record as a dead letter: where it was and the error's type; never its text, which may quote a child.

    One that was replayed and fails again is still from where it was at first.
    """
    here = {TOPIC: record.topic, PARTITION: str(record.partition), OFFSET: str(record.offset), ERROR: error}
    marks = {name: value.encode() for name, value in here.items()}
    if record.topic == replay_topic(group):
        marks |= {name: value.encode() for name, value in _marks(record).items() if name != ERROR}
    headers = (*((name, value) for name, value in record.headers if name not in MARKS), *marks.items())
    key = record.key if record.value is not None else record.key or b""  # one of the two must be there
    return Record(dead_topic(group), key, record.value, headers)


def restored(record: Record) -> Record:
    """A replayed letter as the record that it was. Raises Foreign: somebody else wrote it."""
    marks = _marks(record)
    headers = tuple((name, value) for name, value in record.headers if name not in MARKS)
    try:
        return Record(marks[TOPIC], record.key, record.value, headers, int(marks[PARTITION]), int(marks[OFFSET]))
    except (KeyError, ValueError):
        raise Foreign("NotALetter") from None


def _marks(record: Record) -> dict[str, str]:
    """A header that somebody else wrote may have no value at all, whatever its type says."""
    found: dict[str, bytes | None] = {name: value for name, value in record.headers if name in MARKS}
    return {name: value.decode("ascii", "replace") for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class DeadLetter:
    """What operators are shown of one: nothing of its body."""

    topic: str
    partition: int
    offset: int
    error: str
    type: str
    time: str
    size: int
    replayed: bool


async def dead_list(bus: Bus, group: str) -> list[DeadLetter]:
    """The dead letters of a group that are still kept, oldest first."""
    records = await bus.read(dead_topic(group))
    done = await bus.committed(replayer(group), [dead_topic(group)])
    return [_shown(record, record.offset < done.get((record.topic, record.partition), 0)) for record in records]


def _shown(record: Record, replayed: bool) -> DeadLetter:
    said = {name: value.decode("ascii", "replace") for name, value in record.headers if value is not None}
    return DeadLetter(
        topic=said.get(TOPIC, "?"),
        partition=_number(said.get(PARTITION)),
        offset=_number(said.get(OFFSET)),
        error=said.get(ERROR, "?"),
        type=said.get("ce_type", "?"),
        time=said.get("ce_time", "?"),
        size=len(record.value or b""),
        replayed=replayed,
    )


def _number(written: str | None) -> int:
    """-1 for none, and for what somebody else wrote there."""
    try:
        return int(written or "")
    except ValueError:
        return -1


async def dead_replay(bus: Bus, group: str) -> int:
    """Hand each letter that was not replayed yet to its group again; return how many.

    Only those that are there when it begins: what fails again is set aside again, and would come round.
    """
    topic, count = dead_topic(group), 0
    ends, done = await bus.ends([topic]), await bus.committed(replayer(group), [topic])
    while letters := [one for one in await bus.read(topic, done) if one.offset < ends[topic, one.partition]]:
        for some in (letters[at : at + AT_ONCE] for at in range(0, len(letters), AT_ONCE)):
            await bus.append([replace(one, topic=replay_topic(group), partition=-1, offset=-1) for one in some])
            # A crash here replays them again: the group drops what it has done.
            await bus.commit(replayer(group), offsets_after(some))
        done |= offsets_after(letters)
        count += len(letters)
    return count
