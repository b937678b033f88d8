"""Small enough to read, and nothing left lying about (design: rules 7 and 10)."""

from __future__ import annotations

import ast
import re
from statistics import median, quantiles

import pytest

from tests.architecture.tree import OURS, Code, code, length

FUNCTION_MEDIAN = 10
FUNCTION_NINE_IN_TEN = 30
FUNCTION_MAX = 50
FILE_MAX = 300
STORE_MAX = 400
NAMES_REFUSED = {"utils.py", "helpers.py", "models.py", "base.py", "common.py", "misc.py"}
WAITS = {"time.sleep", "asyncio.sleep", "anyio.sleep"}


def by_path(file: Code) -> str:
    return str(file.path)


def test_the_median_function_is_short_and_nine_in_ten_fit_on_a_screen() -> None:
    lengths = [length(function) for file in code(*OURS) for function in file.functions]
    assert median(lengths) <= FUNCTION_MEDIAN
    assert quantiles(lengths, n=10)[-1] < FUNCTION_NINE_IN_TEN


@pytest.mark.parametrize("file", code(*OURS, "tests"), ids=by_path)
def test_no_function_is_long(file: Code) -> None:
    assert {f.name: length(f) for f in file.functions if length(f) > FUNCTION_MAX} == {}


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
