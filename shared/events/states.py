"""States: of each key the newest revision is kept, however often and in whatever order revisions come."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts import Foreign, Meta, State, read
from shared.database.tx import Tx
from shared.events.watermark import Watermark
from shared.log.record import Record
from shared.manifest import Projection

Put = Callable[[Tx, Sequence[Any]], Awaitable[object]]
Forget = Callable[[Tx, Sequence[str]], Awaitable[object]]


@dataclass(frozen=True)
class Projector:
    """What a service does with the revisions of one state.

    `put` gets the newest revision of each key in a batch, sorted by key, and must itself ignore what is not newer than
    what it has: batches come again. `forget` gets keys, before `put` does. `every` gets each revision of a batch,
    before `put` gets the newest: for what is to be kept of those between, too. `doubt` gets the keys of records that
    are set aside: what is kept of them may be old.
    """

    put: Put
    forget: Forget
    doubt: Forget | None = None
    every: Put | None = None


@dataclass(frozen=True, slots=True)
class StateChange:
    """What a record says of a key: its state, or (None) that it is to be forgotten."""

    topic: str
    key: str
    state: State | None


class Newest:
    """The reader of states: applies the newest revision of each key."""

    stops = False
    doing = "project"

    def __init__(self, projections: Sequence[Projection], watermark: Watermark) -> None:
        self._states = {one.state.topic: one.state for one in projections}
        self._projectors: dict[str, Projector] = {one.state.topic: one.to for one in projections}
        self.prompt = any(one.prompt for one in projections)
        self.doubt = self._doubt if any(one.to.doubt for one in projections) else None
        self._watermark = watermark

    async def before(self) -> None:
        await self._watermark.reached()

    def read(self, record: Record) -> StateChange | None:
        state_type = self._states.get(record.topic)
        if state_type is None:
            return None
        if record.value is None:
            return StateChange(record.topic, _text(record.key), None)
        if Meta.from_headers(dict(record.headers)).type != state_type.type:
            return None
        state = read(state_type, record.value)
        assert isinstance(state, State)
        return StateChange(record.topic, state.key, state)

    async def apply(self, tx: Tx, said: Sequence[StateChange]) -> None:
        for topic, projector in self._projectors.items():
            changes = [change for change in said if change.topic == topic]
            if projector.every and (states := [change.state for change in changes if change.state]):
                await projector.every(tx, states)
            forgotten, newest = _outcome(changes)
            if forgotten:
                await projector.forget(tx, sorted(forgotten))
            if newest:
                await projector.put(tx, [newest[key] for key in sorted(newest)])

    async def _doubt(self, tx: Tx, records: Sequence[Record]) -> None:
        for topic, projector in self._projectors.items():
            keys = [(one.key or b"").decode(errors="replace") for one in records if one.topic == topic]
            if projector.doubt:  # no row has a key with NUL, and PostgreSQL would refuse to look
                await projector.doubt(tx, [key for key in keys if "\x00" not in key])


def _outcome(changes: Sequence[StateChange]) -> tuple[set[str], dict[str, State]]:
    """Keys with a tombstone, and of each key the newest state after its last tombstone."""
    forgotten: set[str] = set()
    newest: dict[str, State] = {}
    for change in changes:
        if change.state is None:
            forgotten.add(change.key)
            newest.pop(change.key, None)
        elif change.key not in newest or change.state.revision > newest[change.key].revision:
            newest[change.key] = change.state
    return forgotten, newest


def _text(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        raise Foreign("Key") from None
