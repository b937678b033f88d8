"""What is kept of a child after an element came: it changes what it names; of a snapshot it is all there is.

Pure. An absent part is unchanged; what was to be removed though it was never sent is kept as a doubt.
"""

from collections.abc import Collection, Mapping

from services.feed.source import Body, Table
from services.feed.ways.push.elements import (
    CELLS,
    CHILD,
    CHILD_ID,
    ENDS,
    EPISODE,
    EPISODE_ID,
    PURGE,
    SPELL,
    STARTS,
    WORKER_ID,
    CareWorker,
    Element,
    Episode,
)

Place = tuple[str, str]
"""A table, and a row's key in it."""
Rows = dict[Place, Body]
UNKNOWN = "?"
"""In place of the day on which a worker began."""


class Unclear(Exception):
    """The element cannot be merged with what is kept; the argument says why, in a sentence."""


def merged(
    kept: Mapping[Place, Body], gone: Collection[Place] | None, element: Element, tables: Mapping[str, Table]
) -> Rows:  # fmt: skip
    """The child's rows after this element. `kept`: those before; `gone`: where rows of it were removed not long ago, so
    that what removed them may come again; None: the element is all that there is. Raises Unclear."""
    if element.purge:
        return {}
    book = _Book(dict(kept), gone, element, tables)
    book.put_child()
    for episode in element.episodes:
        book.put_episode(episode)
    if element.details_purge:
        book.drop_details()
    return book.rows


class _Book:
    """One child's rows while an element is merged into them."""

    def __init__(
        self, rows: Rows, gone: Collection[Place] | None, element: Element, tables: Mapping[str, Table]
    ) -> None:  # fmt: skip
        self.rows, self._gone, self._element, self._tables = rows, gone, element, tables

    def put_child(self) -> None:
        self._put(CHILD, {CHILD_ID: self._element.child, **self._element.cells}, dict.fromkeys(CELLS[CHILD]))

    def drop_details(self) -> None:
        if any(place[0] == EPISODE and _is_open(body) for place, body in self.rows.items()):
            raise Unclear("child_details is to be purged, and an episode is open: close it, or purge the whole child.")
        self._put(CHILD, {CHILD_ID: self._element.child, **dict.fromkeys(CELLS[CHILD])})

    def put_episode(self, episode: Episode) -> None:
        if episode.purge:
            self._remove_episode(episode.id)
            return
        self._put(EPISODE, {**self._of(episode.id), **episode.cells, PURGE: None}, dict.fromkeys(CELLS[EPISODE]))
        by_worker: dict[str, list[CareWorker]] = {}
        for one in episode.workers:
            by_worker.setdefault(one.worker, []).append(one)
        for worker, sent in by_worker.items():
            self._put_worker({**self._of(episode.id), WORKER_ID: worker}, sent)

    def _remove_episode(self, id: str) -> None:
        place = self._place(EPISODE, self._of(id))
        if place not in self.rows and self._gone is not None and place not in self._gone:
            self._put(EPISODE, {**self._of(id), **dict.fromkeys(CELLS[EPISODE]), PURGE: True})
        elif not self.rows.get(place, {}).get(PURGE):
            self.rows = {at: body for at, body in self.rows.items() if body.get(EPISODE_ID) != id}

    def _put_worker(self, whose: Body, sent: list[CareWorker]) -> None:
        """A worker's times in one episode. One that begins on another day than it did is the same, if it is alone."""
        kept = [body for place, body in self.rows.items() if place[0] == SPELL and whose.items() <= body.items()]
        for one in sorted(sent, key=_is_open_time):  # of two alike the open one counts
            if one.purge:
                self._remove_spells(whose, kept)
            elif one.cells or not kept:
                before = _meant(one, kept, alone=len(sent) == 1)
                spell = before["spell"] if before else _written(one.cells.get(STARTS))
                is_alike = sum(other.cells.get(STARTS) == one.cells.get(STARTS) for other in sent) > 1
                cells = {ENDS: None, **one.cells} if is_alike else one.cells
                self._put(SPELL, {**whose, "spell": spell, **cells, PURGE: None}, dict.fromkeys(CELLS[SPELL]))

    def _remove_spells(self, whose: Body, kept: list[Body]) -> None:
        unknown = {**whose, "spell": UNKNOWN}
        if not kept and self._gone is not None and not self._was_there(unknown, self._gone):
            self._put(SPELL, {**unknown, **dict.fromkeys(CELLS[SPELL]), PURGE: True})
        for body in kept:
            if not body.get(PURGE):
                del self.rows[self._place(SPELL, body)]

    def _was_there(self, unknown: Body, gone: Collection[Place]) -> bool:
        """Whether any of this worker's times in the episode was removed not long ago."""
        table, key = self._place(SPELL, unknown)
        return any(at[0] == table and at[1].startswith(key.removesuffix(UNKNOWN)) for at in gone)

    def _of(self, episode: str) -> Body:
        return {CHILD_ID: self._element.child, EPISODE_ID: episode}

    def _put(self, table: str, cells: Body, absent: Body | None = None) -> None:
        """Change these cells of a row; one that is new has `absent` for those that were not sent."""
        place = self._place(table, cells)
        self.rows[place] = {**self.rows.get(place, absent or {}), **cells}

    def _place(self, table: str, body: Body) -> Place:
        key = self._tables[table].key_in(body, self._tables[table].key)
        assert key is not None
        return table, key


def _is_open(episode: Body) -> bool:
    return episode.get("closure_date") is None and episode.get("referral_no_further_action_flag") is not True


def _is_open_time(sent: CareWorker) -> bool:
    return sent.cells.get(ENDS) is None


def _written(starts: object) -> str:
    return starts if isinstance(starts, str) else UNKNOWN


def _meant(sent: CareWorker, kept: list[Body], alone: bool) -> Body | None:
    """The time that an entry tells of; None: a new one. Raises Unclear where it may be one of several."""
    starts = sent.cells.get(STARTS)
    if STARTS in sent.cells:
        same = [body for body in kept if body.get(STARTS) == starts]
        if same:
            return same[0]
        return kept[0] if alone and len(kept) == 1 and not _is_later(starts, kept[0].get(ENDS)) else None
    candidates = [body for body in kept if body.get(ENDS) is None] if len(kept) > 1 else kept
    if len(candidates) > 1:
        raise Unclear(
            f"a worker of {SPELL} is there several times, and it is not said of which the entry is: send {STARTS} too."
        )
    if kept and not candidates:
        raise Unclear(
            f"a worker of {SPELL} was there several times, and it is not said of which the entry is: send {STARTS} too."
        )
    return candidates[0] if candidates else None


def _is_later(starts: object, ended: object) -> bool:
    """Whether something begins when something else is over: as texts, for days are written YYYY-MM-DD."""
    return isinstance(starts, str) and isinstance(ended, str) and starts >= ended
