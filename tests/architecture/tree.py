"""The checkout's own code, parsed: what the architecture tests look at."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from functools import cache, cached_property
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
        texts = (node for node in self.nodes if isinstance(node, ast.Expr) and _is_text(node.value))
        prose = {line for text in texts for line in range(text.lineno, (text.end_lineno or text.lineno) + 1)}
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        held = (token for token in tokens if token.type not in LAYOUT)
        return len({line for token in held for line in range(token.start[0], token.end[0] + 1)} - prose)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of the tree, as `ast.walk` finds them."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in self.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    @cached_property
    def imports(self) -> list[str]:
        """Every module that is imported, anywhere in the file."""
        plain = [alias.name for node in self.nodes if isinstance(node, ast.Import) for alias in node.names]
        taken = [node for node in self.nodes if isinstance(node, ast.ImportFrom) and not node.level]
        return plain + [node.module for node in taken if node.module]

    @cached_property
    def calls(self) -> list[tuple[str, ast.Call]]:
        """Every call of a plain dotted name: `asyncio.sleep`, and the call."""
        return [(ast.unparse(node.func), node) for node in self.nodes if isinstance(node, ast.Call)]


@cache
def code(*folders: str) -> tuple[Code, ...]:
    """The Python files under these folders, in order."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(_parsed(path) for path in paths)


@cache
def _parsed(path: Path) -> Code:
    text = path.read_text(encoding="utf-8")
    return Code(path.relative_to(ROOT), text, ast.parse(text))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1
