"""Reads captured tables themselves, each cell as Debezium would write it: so what is kept can be compared with them."""

from collections.abc import Mapping

from services.feed.source import Table, Type

WRITTEN: Mapping[Type, str] = {
    "date": "CASE WHEN isfinite({0}) THEN {0} - DATE '1970-01-01' WHEN {0} = 'infinity' THEN 2147483647"
    " WHEN {0} = '-infinity' THEN -2147483648 END",
    "whole": "{0}::bigint",
    "text": "{0}::text",
    "texts": "{0}::text[]",
    "moment": """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
}
CAST: Mapping[Type, str] = {"whole": "bigint", "text": "text"}


def statement(name: str, table: Table, by: tuple[str, ...] = ()) -> str:
    """One row a row, its body as jsonb. `by`: only those whose column of this name holds one of $1, a list of texts.

    ValueError: a key of several columns cannot be asked for.
    """
    cells = ", ".join(f"'{column}', {_written(column, type)}" for column, type in table.columns.items())
    rows = f'SELECT jsonb_build_object({cells}) AS body FROM public."{name}"'  # noqa: S608 - the source's own names
    if not by:
        return rows
    [column] = by
    return f'{rows} WHERE "{column}" = ANY($1::text[]::{CAST[table.columns[column]]}[])'


def keys(name: str, table: Table) -> str:
    """The keys of a table's rows as texts, $2 of them after $1 (None: from the beginning) in the keys' own order."""
    [key] = table.key
    cast = CAST[table.columns[key]]
    return (
        f'SELECT its."{key}"::text FROM public."{name}" AS its'  # noqa: S608
        f' WHERE $1::text IS NULL OR its."{key}" > $1::text::{cast} ORDER BY its."{key}" LIMIT $2'
    )


def _written(column: str, type: Type) -> str:
    return WRITTEN.get(type, "{0}").format(f'"{column}"')
