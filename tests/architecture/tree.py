"""The checkout's own code, parsed: what the architecture tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("services", "shared", "deploy", "bench")


@dataclass(frozen=True)
class Code:
    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    @property
    def imports(self) -> Iterator[str]:
        """Every module that is imported, anywhere in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module

    @property
    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call of a plain dotted name: `asyncio.sleep`, and the call."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node


@cache
def code(*folders: str) -> tuple[Code, ...]:
    """The Python files under these folders, in order."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(_parsed(path) for path in paths)


def _parsed(path: Path) -> Code:
    text = path.read_text(encoding="utf-8")
    return Code(path.relative_to(ROOT), text, ast.parse(text))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1
