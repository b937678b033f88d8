"""Reads the file that FEED_SOURCES names: which sources are read at once, and whose value counts."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.feed.several.merging import FIELDS
from services.feed.source import Gives

SINGLE = {f"{kind}.{field}" for kind, fields in FIELDS.items() for field in fields}
NAME = r"^[a-z][a-z0-9_]{0,19}$"


class AskedSource(BaseModel):
    """One source. `gives`: for what it is read. `shared`: the keys of its workers and teams are known to the others
    that say so. `extracts`: the folder where its extracts are laid down. `limit_s`: what is older is not current."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=NAME)]
    model: str
    way: str
    gives: Annotated[tuple[Gives, ...], Field(min_length=1)]
    limit_s: Annotated[int, Field(gt=0)]
    extracts: Path | None = None
    shared: bool = False


class SourcesFile(BaseModel):
    """The whole file. `precedence`: by field ("worker.phone") the names of the sources whose value counts first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[tuple[AskedSource, ...], Field(min_length=1)]
    precedence: dict[str, tuple[str, ...]] = {}


def read(path: Path) -> SourcesFile:
    """ValueError says in words what is wrong."""
    try:
        found = SourcesFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
    except (OSError, ValueError) as error:
        wrong = [str(error)]
    else:
        wrong = list(_faults(found))
    if wrong:
        raise ValueError(f"{path}: {'; '.join(wrong)}")
    return found


def _faults(asked: SourcesFile) -> Iterator[str]:
    names = [one.name for one in asked.source]
    if len(set(names)) < len(names):
        yield "two sources have the same name"
    if sum("roll" in one.gives for one in asked.source) != 1:
        yield 'one source gives "roll", and only one: nobody could tell whose roll counts'
    for one in asked.source:
        if one.way == "extract" and one.extracts is None:
            yield f"{one.name}: way extract needs extracts, the folder where they are laid down"
    bare = [one for one in asked.source if one.shared or one.name == one.model]
    yield from (
        f"{one.name}: say shared = true if its keys of workers and teams are those of {other.name} too, or give it"
        " another name than its model's"
        for one in bare
        for other in bare
        if one is not other and not one.shared
    )
    for field, order in asked.precedence.items():
        if field not in SINGLE:
            yield f"precedence: there is no field {field}"
        yield from (f"precedence of {field}: there is no source {one}" for one in order if one not in names)
