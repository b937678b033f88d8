"""What somebody asks of the list, each reading a fact that is committed before anything is shown; and what is noted."""

from uuid import uuid4

from services.feed.chosen import Chosen, named_by
from services.feed.left_out import store
from services.feed.left_out.domain import PAGE, CellsFound, from_text, page_of
from services.feed.settings import Settings
from shared.contracts.feed import LeftOutRead
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def read_left_out(tx: Tx, chosen: Chosen, caller: Caller, table: str | None, after: str | None) -> CellsFound:
    """One page: of one table, or of all; from the beginning, or `after` the place where another page ended.

    Emits LeftOutRead. Raises PlaceRefused (nothing was read, so no fact).
    """
    place = None if after is None else from_text(after)
    tables = chosen.source.tables
    found = await store.cells(tx, tables, table, place, PAGE + 1)
    page = page_of(found, await store.counts(tx, tables), PAGE)
    children = dict.fromkeys(child for cell in page.cells for child in cell.children)
    fact = LeftOutRead(
        read_id=uuid4(), **caller.indexed(), outcome="shown", children=tuple(children), table=table,
        cells=len(page.cells),
    )  # fmt: skip
    await tx.emit(fact)
    return page


async def note_nobodys(database: Database, settings: Settings) -> None:
    """Since when a row about a child has named none is known to this work's own pace."""
    async with database.by_itself("note_nobodys") as tx:
        await store.note_nobodys(tx, named_by(settings).source.tables)
