"""Small enough to read, and nothing left lying about (design: rules 7 and 10)."""

from __future__ import annotations

import ast
import re
from collections import Counter
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
STORE_MAX = 400
NAMES_REFUSED = {"utils.py", "helpers.py", "models.py", "base.py", "common.py", "misc.py"}
WAITS = {"time.sleep", "asyncio.sleep", "anyio.sleep"}


def by_path(file: Code) -> str:
    return str(file.path)


def test_the_median_function_is_short_and_nine_in_ten_fit_on_a_screen() -> None:
    lengths = [length(function) for file in code(*OURS) for function in file.functions]
    assert median(lengths) <= FUNCTION_MEDIAN
    assert quantiles(lengths, n=10)[-1] <= FUNCTION_NINE_IN_TEN


@pytest.mark.parametrize("file", code(*OURS, "tests"), ids=by_path)
def test_no_function_is_long(file: Code) -> None:
    most = TEST_MAX if file.path.parts[0] == "tests" else FUNCTION_MAX
    assert {f.name: length(f) for f in file.functions if length(f) > most} == {}


@pytest.mark.parametrize("file", code(*OURS), ids=by_path)
def test_no_file_is_long(file: Code) -> None:
    assert file.lines <= (STORE_MAX if file.path.name == "store.py" else FILE_MAX)


@pytest.mark.parametrize("file", code(*OURS, "tests"), ids=by_path)
def test_a_file_says_what_it_is_for(file: Code) -> None:
    assert file.path.name not in NAMES_REFUSED
    assert ast.get_docstring(file.tree) or not file.tree.body


def sleeps(file: Code) -> list[int]:
    """Lines that wait for time to pass; a bare sleep(0) only lets others go first."""
    return [call.lineno for name, call in file.calls if name in WAITS and ast.unparse(call.args[0]) != "0"]


@pytest.mark.parametrize("file", code("tests"), ids=by_path)
def test_no_test_waits_for_time_or_mocks(file: Code) -> None:
    assert sleeps(file) == []
    assert not any(name.startswith("unittest.mock") or name == "mock" for name in file.imports)
    assert not any(name.endswith(("mock.patch", "mocker.patch")) for name, _ in file.calls)


@pytest.mark.parametrize("file", code("tests"), ids=by_path)
def test_no_test_is_passed_over_in_silence(file: Code) -> None:
    marks = {ast.unparse(node) for node in ast.walk(file.tree) if isinstance(node, ast.Attribute)}
    assert marks.isdisjoint({"pytest.mark.skip", "pytest.mark.xfail"})


@pytest.mark.parametrize("file", code(*OURS), ids=by_path)
def test_nothing_is_left_for_later(file: Code) -> None:
    words = re.compile(r"\b(TODO|FIXME|HACK|XXX:)|NotImplementedError")
    assert words.search(file.text) is None


def capability(path: Path) -> Path:
    """The capability that a file belongs to, with all below it; a journey is one, and so are the calls to one service
    where they are a folder; what is at a service's top is one."""
    deep = 4 if path.parts[2] in ("journeys", "calls") else 3
    return Path(*path.parts[:deep]) if len(path.parts) > deep else path.parent


CAPABILITIES = sorted({capability(file.path) for file in code("services") if len(file.path.parts) > 2})


@pytest.mark.parametrize("folder", CAPABILITIES, ids=str)
def test_a_capability_can_be_read_at_one_go(folder: Path) -> None:
    own = [file for file in code("services") if len(file.path.parts) > 2 and capability(file.path) == folder]
    assert sum(file.lines for file in own) <= CAPABILITY_MAX


def test_the_foundation_stays_small() -> None:
    """Lines of code: no blank line, no comment, no docstring. What the contracts say is data."""
    assert sum(file.lines_of_code for file in code("shared") if "contracts" not in file.path.parts) <= SHARED_MAX


def test_a_class_name_has_one_meaning() -> None:
    """But for the settings that every service has."""
    classes = Counter(
        node.name for file in code(*OURS) for node in ast.walk(file.tree) if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in classes.items() if count > 1} == {"Settings"}
