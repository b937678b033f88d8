"""The checkout's own code, parsed: what the architecture tests look at."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("services", "shared", "deploy", "bench")

LAYOUT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


@dataclass(frozen=True)
class Code:
    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def lines_of_code(self) -> int:
        """Lines that hold a statement or a part of one; docstrings are none."""
        texts = (node for node in ast.walk(self.tree) if isinstance(node, ast.Expr) and _is_text(node.value))
        prose = {line for text in texts for line in range(text.lineno, (text.end_lineno or text.lineno) + 1)}
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        held = (token for token in tokens if token.type not in LAYOUT)
        return len({line for token in held for line in range(token.start[0], token.end[0] + 1)} - prose)

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
