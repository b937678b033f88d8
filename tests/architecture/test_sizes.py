"""Small enough to read, and nothing left lying about (design: rules 7 and 10).

A rule for files is one test, which names those that break it: a test for each file would be thousands.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.architecture.tree import OURS, Code, code, length

FUNCTION_MEDIAN = 5
FUNCTION_NINE_IN_TEN = 13
FUNCTION_MAX = 30
TEST_MAX = 50
FILE_MAX = 300
CAPABILITY_MAX = 900
SHARED_MAX = 3000
KNOWN_OF_THE_FIELD = ("contracts", "names", "matching")
KNOWN_MAX = 500
STORE_MAX = 400
NAMES_REFUSED = {"utils.py", "helpers.py", "models.py", "base.py", "common.py", "misc.py"}
WAITS = {"time.sleep", "asyncio.sleep", "anyio.sleep"}
NEVER_MARKED = {"pytest.mark.skip", "pytest.mark.xfail"}
LATER = re.compile(r"\b(?:TODO|FIXME|HACK|XXX:)|NotImplementedError")


def test_the_median_function_is_short_and_nine_in_ten_fit_on_a_screen() -> None:
    lengths = [length(function) for file in code(*OURS) for function in file.functions]
    assert median(lengths) <= FUNCTION_MEDIAN
    assert quantiles(lengths, n=10)[-1] <= FUNCTION_NINE_IN_TEN


def breaking(broken: Callable[[Code], object], *folders: str) -> dict[str, object]:
    """The files of these folders that break a rule, and how."""
    return {str(file.path): how for file in code(*folders) if (how := broken(file))}


@pytest.mark.parametrize(("folders", "most"), [(OURS, FUNCTION_MAX), (("tests",), TEST_MAX)])
def test_no_function_is_long(folders: Sequence[str], most: int) -> None:
    assert breaking(lambda file: [f.name for f in file.functions if length(f) > most], *folders) == {}


def test_no_file_is_long() -> None:
    assert breaking(lambda file: file.lines > (STORE_MAX if file.path.name == "store.py" else FILE_MAX), *OURS) == {}


def test_a_file_says_what_it_is_for() -> None:
    assert breaking(lambda file: file.path.name in NAMES_REFUSED, *OURS, "tests") == {}
    assert breaking(lambda file: file.tree.body and not ast.get_docstring(file.tree), *OURS, "tests") == {}


def sleeps(file: Code) -> list[int]:
    """Lines that wait for time to pass; a bare sleep(0) only lets others go first."""
    return [call.lineno for name, call in file.calls if name in WAITS and ast.unparse(call.args[0]) != "0"]


def mocks(file: Code) -> list[str]:
    imported = [name for name in file.imports if name.startswith("unittest.mock") or name == "mock"]
    return imported + [name for name, _ in file.calls if name.endswith(("mock.patch", "mocker.patch"))]


def passed_over(file: Code) -> set[str]:
    named = (node for node in file.nodes if isinstance(node, ast.Attribute) and node.attr in ("skip", "xfail"))
    return {ast.unparse(node) for node in named} & NEVER_MARKED


def test_no_test_waits_for_time_or_mocks() -> None:
    assert breaking(sleeps, "tests") == {}
    assert breaking(mocks, "tests") == {}


def test_no_test_is_passed_over_in_silence() -> None:
    assert breaking(passed_over, "tests") == {}


def test_nothing_is_left_for_later() -> None:
    assert breaking(lambda file: LATER.findall(file.text), *OURS) == {}


def capability(path: Path) -> Path:
    """The capability that a file belongs to, with all below it; a journey is one, and so are the calls to one service
    where they are a folder, one source of the feed's, and one way; what is at a service's top is one."""
    deep = 4 if path.parts[2] in ("journeys", "calls", "sources", "ways") else 3
    return Path(*path.parts[:deep]) if len(path.parts) > deep else path.parent


CAPABILITIES = sorted({capability(file.path) for file in code("services") if len(file.path.parts) > 2})


@pytest.mark.parametrize("folder", CAPABILITIES, ids=str)
def test_a_capability_can_be_read_at_one_go(folder: Path) -> None:
    own = [file for file in code("services") if len(file.path.parts) > 2 and capability(file.path) == folder]
    assert sum(file.lines for file in own) <= CAPABILITY_MAX


def test_the_foundation_stays_small() -> None:
    """Lines of code: no blank line, no comment, no docstring. What the contracts say is data; what is known of names
    and of how a child is recognised is no foundation: it has a bound of its own (decision 0049)."""
    foundation = [file for file in code("shared") if file.path.parts[1] not in KNOWN_OF_THE_FIELD]
    assert sum(file.lines_of_code for file in foundation) <= SHARED_MAX


def test_what_is_known_of_names_and_of_recognising_children_stays_small() -> None:
    found = [file for file in code("shared") if file.path.parts[1] in ("names", "matching")]
    assert 0 < sum(file.lines_of_code for file in found) <= KNOWN_MAX


def test_a_class_name_has_one_meaning() -> None:
    """But for the settings that every service has."""
    classes = Counter(node.name for file in code(*OURS) for node in file.nodes if isinstance(node, ast.ClassDef))
    assert {name for name, count in classes.items() if count > 1} == {"Settings"}
