"""The SQL statement on options of agreements, in the table by which access ends within seconds."""

from collections.abc import Collection

from shared.contracts.identity import AgreementOption
from shared.database.tx import Tx


async def schools_with(tx: Tx, option: AgreementOption, schools: Collection[str]) -> set[str]:
    """Options of another revision than the row's (yesterday's code kept that) are not known to be on still: off."""
    rows = await tx.rows(
        """
        SELECT urn FROM access_school
         WHERE urn = ANY ($1) AND live AND agreement IS NOT NULL
           AND options_revision = revision AND $2 = ANY (options)
        """,
        list(schools), option,
    )  # fmt: skip
    return {row["urn"] for row in rows}
