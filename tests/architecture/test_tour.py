"""docs/tour.md names functions that are there, in an order that the imports allow; documents name files that are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.services import load
from tests.architecture.tree import ROOT, code

FOLDERS = ("", "docs", "docs/decisions", "deploy", "services/*")
DOCUMENTS = sorted(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/*.md".lstrip("/")))
AS_WRITTEN = ("CHANGELOG.md", "docs/decisions/")  # of what was: they keep the paths of their day, but no broken link
LINK = re.compile(r"\[([^\]]*)\]\(([^)#]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([\w.]+)`")
PATH = re.compile(r"(?<![\w./<>-])(?:services|shared|deploy|tests|docs|bench)/[\w./-]*\w(?!\w*[<*{])")
FOUND = (
    "services/gateway/journeys/*/routes.py",
    "services/feed/sources/*/__init__.py",
    "services/feed/ways/*/__init__.py",
)
"""No file names these: they are found by their folder."""


class Step(NamedTuple):
    """A link, and what stands in code marks in its text (empty: nothing): the file is said to define it."""

    name: str
    path: Path


def links(text: str, folder: Path) -> Iterator[Step]:
    """Those that lead into the checkout, from a document in this folder."""
    for shown, target in LINK.findall(text):
        if "://" not in target:
            path = (folder / target).resolve().relative_to(ROOT)
            yield from (Step(name, path) for name in CODE.findall(shown) or [""])


def journeys() -> dict[str, list[Step]]:
    """The steps of each journey of the tour, by its heading."""
    tour = ROOT / "docs/tour.md"
    parts = re.split(r"^## ", tour.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: list(links(part, tour.parent)) for part in parts}


@cache
def defined(path: Path) -> frozenset[str]:
    """What a file defines at its top, and in its classes as `Class.method`."""
    [file] = [one for one in code(path.parts[0]) if one.path == path]
    return frozenset(_names(file.tree, ""))


def _names(body: ast.Module | ast.ClassDef, within: str) -> Iterator[str]:
    for node in body.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield within + node.name
        if isinstance(node, ast.ClassDef):
            yield from _names(node, f"{within}{node.name}.")
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (within + ast.unparse(target) for target in targets)


def module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@cache
def reached(path: Path) -> frozenset[str]:
    """The modules that a file imports, and the templates that it names."""
    [file] = [one for one in code(path.parts[0]) if one.path == path]
    names = {f"{node.module}.{alias.name}" for node in file.nodes
             if isinstance(node, ast.ImportFrom) for alias in node.names}  # fmt: skip
    texts = {str(node.value) for node in file.nodes if isinstance(node, ast.Constant)}
    return frozenset({*file.imports, *names, *texts})


def called(path: Path) -> str:
    """By what a file is reached: its module, or a template's name."""
    if path.suffix == ".html":
        return f"{path.parts[3]}/{'/'.join(path.with_suffix('').parts[5:])}"
    return module(path)


@cache
def served(service: str) -> tuple[str, ...]:
    """The routers that a manifest names, however it makes their names."""
    return tuple(str(one) for one in load(service).serves)


def begins(path: Path) -> bool:
    """Whether a service may be entered here: its manifest, what that names, or what is found by its folder."""
    home = Path(*path.parts[:2])
    own = module(path).removeprefix(f"{module(home)}.")
    named = any(text.startswith(f"{own}:") for text in [*reached(home / "app.py"), *served(home.name)])
    return path.name == "app.py" or named or any(path.match(pattern) for pattern in FOUND)


def arrives(path: Path, seen: list[Path]) -> bool:
    """Whether one of the files before it in its service leads to it."""
    before = [one for one in seen if one.parts[:2] == path.parts[:2] and one.suffix == ".py"]
    return begins(path) or any(one == path or called(path) in reached(one) for one in before)


def out_of_order(steps: list[Step]) -> list[str]:
    """Files of services at which nothing before them can have arrived."""
    paths = [step.path for step in steps]
    return [str(p) for n, p in enumerate(paths) if p.parts[0] == "services" and not arrives(p, paths[:n])]


JOURNEYS = journeys()
NAMING = [ROOT / name for name in ("README.md", "docs/tour.md", "docs/adding.md")]
NAMED = sorted({step for page in NAMING for step in links(page.read_text(encoding="utf-8"), page.parent) if step.name})


def test_the_tour_follows_a_search_a_change_and_a_concern() -> None:
    assert list(JOURNEYS) == ["One search", "One change", "One concern"]


@pytest.mark.parametrize("step", NAMED, ids=lambda step: f"{step.name} in {step.path}")
def test_what_is_named_is_defined_in_the_file_that_is_linked(step: Step) -> None:
    assert step.name in defined(step.path)


@pytest.mark.parametrize("name", JOURNEYS)
def test_each_step_is_reached_from_one_before_it(name: str) -> None:
    assert out_of_order(JOURNEYS[name]) == []


def test_steps_in_another_order_are_found() -> None:
    rooms = [Step("", Path(f"services/lookup/searching/{room}.py")) for room in ("http", "commands", "store")]
    assert out_of_order(rooms) == []
    assert out_of_order([rooms[0], rooms[2], rooms[1]]) == ["services/lookup/searching/store.py"]
    assert out_of_order(rooms[2:]) == ["services/lookup/searching/store.py"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    found = links(document.read_text(encoding="utf-8"), document.parent)
    assert [str(path) for _, path in found if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_is_named_is_there(document: Path) -> None:
    """The beginning of a name will do: docs/decisions/0022."""
    if not str(document.relative_to(ROOT)).startswith(AS_WRITTEN):
        named = set(PATH.findall(document.read_text(encoding="utf-8")))
        assert sorted(path for path in named if not any(ROOT.glob(f"{path}*"))) == []
