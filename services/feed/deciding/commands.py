"""What a person at the council asks of links: one transaction each; its fact is committed before anything is shown."""

from collections.abc import Mapping
from typing import NoReturn
from uuid import UUID, uuid4

from services.feed.chosen import Chosen
from services.feed.deciding import store
from services.feed.deciding.domain import PAIRS_MAX, Group, PairChanged, PairList, PairNotFound, ShownPair
from services.feed.emitting import store as emitting
from services.feed.emitting.commands import emit
from services.feed.linking import store as linking
from services.feed.mirror import store as mirror
from services.feed.source import Subject
from shared.contracts.feed import LinksRead, RecordsCompared, RecordsDecided
from shared.database.tx import Tx
from shared.web.tokens import Caller

OUTCOMES: Mapping[bool | None, str] = {True: "one_child", False: "two_children", None: "undone"}


async def list_links(tx: Tx, caller: Caller, group: Group) -> PairList:
    """The pairs of a group. Emits LinksRead."""
    found = await store.of_group(tx, group, PAIRS_MAX + 1)
    shown = found[:PAIRS_MAX]
    await tx.emit(LinksRead(**caller.indexed(), read_id=uuid4(), outcome="shown", asked=group, pairs=len(shown)))
    return PairList(shown, await store.counts(tx), len(found) > PAIRS_MAX)


async def find_links(tx: Tx, caller: Caller, upn: str) -> PairList:
    """The pairs of whoever has this UPN. Emits LinksRead with whom they are of."""
    found = await store.of_upn(tx, upn, PAIRS_MAX + 1)
    shown = found[:PAIRS_MAX]
    children = await store.children(tx, sorted({key for _, ends in shown for key in ends}))
    told = {**caller.indexed(), "outcome": "shown", "asked": "upn", "pairs": len(shown), "children": tuple(children)}
    await tx.emit(LinksRead(**told, read_id=uuid4(), upn=upn))
    return PairList([pair for pair, _ in shown], await store.counts(tx), len(found) > PAIRS_MAX)


async def compare(tx: Tx, caller: Caller, id: UUID) -> ShownPair:
    """Both sides. Emits RecordsCompared. Raises PairNotFound."""
    shown = await store.pair(tx, id)
    outcome = "shown" if shown else "not_found"
    children = shown.children if shown else ()
    await tx.emit(RecordsCompared(**caller.indexed(), read_id=uuid4(), pair_id=id, outcome=outcome, children=children))
    if shown is None:
        raise PairNotFound
    return shown


async def decide(tx: Tx, chosen: Chosen, caller: Caller, id: UUID, same: bool | None, seen: str) -> None:
    """Say whether two records are of one child; None: what was said is taken back, and the rules decide again.

    The states of those concerned are emitted in the same transaction. `seen`: of the pair as it was shown. Emits
    RecordsDecided. Raises PairNotFound, PairChanged.
    """
    cursors = await mirror.cursors(tx, chosen)
    shown = await store.pair(tx, id)
    if shown is None:
        await _refuse(tx, caller, id, None, PairNotFound())
    if shown.seen != seen:
        await _refuse(tx, caller, id, shown, PairChanged())
    if same is None:
        await store.delete_decision(tx, shown.ends)
    else:
        await store.put_decision(tx, shown, same, caller.account)
    await tx.emit(_decided(caller, id, shown, OUTCOMES[same]))
    await linking.note_unsettled(tx, shown.ends)
    subjects = [Subject("child", key) for key in shown.ends]
    if cursors.live:
        await emit(tx, chosen, cursors.epoch, subjects)
    else:
        await emitting.add_dirty(tx, subjects)


async def _refuse(
    tx: Tx, caller: Caller, id: UUID, shown: ShownPair | None, why: PairNotFound | PairChanged
) -> NoReturn:
    outcome = "not_found" if isinstance(why, PairNotFound) else "changed_meanwhile"
    await tx.emit(_decided(caller, id, shown, outcome))
    raise why


def _decided(caller: Caller, id: UUID, shown: ShownPair | None, outcome: str) -> RecordsDecided:
    children = shown.children if shown else ()
    said = {**caller.indexed(), "outcome": outcome, "children": children, "pair_id": id}
    return RecordsDecided(**said, decision_id=uuid4())
