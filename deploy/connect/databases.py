"""The databases that can be captured: the template of each one's connector, and how it writes a name and a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["postgresql", "sqlserver", "oracle"]


@dataclass(frozen=True, slots=True)
class CapturedKind:
    """One kind of database. `quoted`: around a name. `now`: the moment, the same in a column with and without zone.

    `schema`: where the tables are, unless it is said. `within`: what a table's name has before it.
    """

    template: str
    schema: str
    quoted: str
    now: str
    within: tuple[Literal["database", "schema"], ...] = ()
    upper: bool = False
    """Names are in capitals, unless they were quoted when the table was made."""

    def named(self, name: str) -> str:
        """A name in SQL, e.g. [heartbeat]."""
        return self.quoted.format(name.upper() if self.upper else name)

    def table(self, name: str, database: str, schema: str) -> str:
        """A table in SQL, e.g. [council].[dbo].[heartbeat]."""
        where = {"database": database, "schema": schema}
        return ".".join(map(self.named, (*(where[one] for one in self.within), name)))


POSTGRESQL = CapturedKind("source.json", "public", "{}", "clock_timestamp()")
SQLSERVER = CapturedKind(
    "sqlserver.json", "dbo", "[{}]", "TODATETIMEOFFSET(SYSUTCDATETIME(), 0)", within=("database", "schema")
)
ORACLE = CapturedKind("oracle.json", "", '"{}"', "SYSTIMESTAMP AT TIME ZONE 'UTC'", within=("schema",), upper=True)
DATABASES: Mapping[Kind, CapturedKind] = {"postgresql": POSTGRESQL, "sqlserver": SQLSERVER, "oracle": ORACLE}
