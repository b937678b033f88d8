"""Where templates put text that came from outside beside text of ours without a `bdi` around it.

A template is read, not rendered, so a new page is checked by itself. What is put out is followed through `set`, loops
and the arguments of macros to the names of the page's context; all of those but OURS came from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes
from jinja2.nodes import Expr, Node

from tests.gateway.frame.templates import ENVIRONMENT

OURS = {
    "council", "words", "own", "bounds", "journeys", "assets", "title", "token", "leaving", "correlation",
    "loop", "now", "faults", "parts", "page", "questions",
}  # fmt: skip
"""The council's settings, our own words, and what the page itself made: none of it was typed or read from a record."""
HARMLESS = {"bdi", "length", "int", "urlencode"}
ALONE = ("bdi", "textarea", "title", "option")
"""Elements whose text has a direction of its own, or holds nothing but text of ours and attributes."""
MARKS = re.compile(rf"<(/?)({'|'.join(ALONE)})\b|[<>]")
TEXTS = ("text", "titleText", "caption")

Argument = tuple[str, str]
"""A macro's name and that of its parameter."""


@dataclass
class Template:
    """One template: what each of its names stands for, and what it puts out as text."""

    name: str
    macros: dict[str, list[str]] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    """What it imports, a template or one macro of it, with the name of that template."""
    means: dict[str, list[Expr | Argument]] = field(default_factory=dict)
    out: list[Expr] = field(default_factory=list)
    calls: list[nodes.Call] = field(default_factory=list)
    in_tag: bool = False
    within: list[str] = field(default_factory=list)

    def read(self, node: Node) -> None:
        match node:
            case nodes.Output():
                for part in node.nodes:
                    self._put_out(part)
            case nodes.Import() | nodes.FromImport():
                self._imports(node)
            case nodes.Macro():
                self.macros[node.name] = [argument.name for argument in node.args]
                for argument in node.args:
                    self.means.setdefault(argument.name, []).append((node.name, argument.name))
            case nodes.Assign():
                self._mean(node.target, node.node)
            case nodes.For():
                self._mean(node.target, node.iter)
        for inner in () if isinstance(node, nodes.Output) else node.iter_child_nodes():
            self.read(inner)

    def _imports(self, node: nodes.Import | nodes.FromImport) -> None:
        whence = node.template.value if isinstance(node.template, nodes.Const) else ""
        if isinstance(node, nodes.Import):
            self.imported[node.target] = whence
        else:
            self.imported.update({name if isinstance(name, str) else name[1]: whence for name in node.names})

    def _mean(self, target: Node, value: Expr) -> None:
        for name in [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name):
            self.means.setdefault(name.name, []).append(value)

    def _put_out(self, part: Expr) -> None:
        if isinstance(part, nodes.TemplateData):
            self._mark(part.data)
        elif not self.in_tag and not self.within:
            self.out.append(part)

    def _mark(self, data: str) -> None:
        for mark in MARKS.finditer(data):
            self.in_tag = mark[0] != ">"
            if mark[2]:
                _ = self.within.pop() if mark[1] else self.within.append(mark[2])

    def texts(self, tree: Node) -> None:
        """What a component of GOV.UK Frontend is given as text, and every call."""
        for pair in tree.find_all(nodes.Pair):
            if isinstance(pair.key, nodes.Const) and pair.key.value in TEXTS:
                self.out.append(pair.value)
        self.calls = list(tree.find_all(nodes.Call))

    def foreign(self, value: Expr, seen: frozenset[str] = frozenset()) -> Iterator[str | Argument]:
        """The names from outside that this shows, and the arguments of macros that it shows."""
        match value:
            case nodes.Name(name=name):
                yield from self._meant(name, seen)
            case nodes.Filter(name=name) if name in HARMLESS:
                return
            case nodes.Compare() | nodes.Test() | nodes.Not():
                return
            case nodes.CondExpr():
                for branch in (value.expr1, value.expr2):
                    yield from self.foreign(branch, seen) if branch else ()
            case nodes.Call():
                yield from self._called(value, seen)
            case nodes.Getattr() | nodes.Getitem() | nodes.Filter() if value.node is not None:
                yield from self.foreign(value.node, seen)
            case _:
                for inner in value.iter_child_nodes():
                    if isinstance(inner, Expr):
                        yield from self.foreign(inner, seen)

    def _meant(self, name: str, seen: frozenset[str]) -> Iterator[str | Argument]:
        if name in OURS | seen | set(self.imported) | set(self.macros):
            return
        if name not in self.means:
            yield name
        for meaning in self.means.get(name, []):
            yield from [meaning] if isinstance(meaning, tuple) else self.foreign(meaning, seen | {name})

    def _called(self, call: nodes.Call, seen: frozenset[str]) -> Iterator[str | Argument]:
        """A macro's text is checked where it is written; `words.said` may show its value, other words never do."""
        to = call.node
        if isinstance(to, nodes.Getattr) and isinstance(to.node, nodes.Name):
            if to.node.name == "words":
                yield from self.foreign(call.args[-1], seen) if to.attr in ("said", "readable") else ()
                return
            if to.node.name in set(self.imported) | {"self"}:
                return
        if isinstance(to, nodes.Name) and to.name in set(self.imported) | set(self.macros) | {"caller"}:
            return
        yield from self.foreign(to, seen)


def read(name: str, source: str) -> Template:
    tree, made = ENVIRONMENT.parse(source), Template(name)
    made.read(tree)
    made.texts(tree)
    made.means.update({block.target.name: [] for block in tree.find_all(nodes.AssignBlock)})  # markup of ours
    return made


def outside(templates: Mapping[str, str]) -> dict[str, set[str]]:
    """For each template, by its source, the names from outside that it shows without `bdi`."""
    read_all = [read(name, source) for name, source in templates.items()]
    shown: set[Argument] = set()
    while True:
        found = {template.name: _shows(template, shown, read_all) for template in read_all}
        arguments = {one for every in found.values() for one in every if isinstance(one, tuple)}
        if arguments <= shown:
            return {name: {one for one in every if isinstance(one, str)} for name, every in found.items()}
        shown |= arguments


def _shows(template: Template, shown: set[Argument], every: list[Template]) -> set[str | Argument]:
    values = [*template.out, *(value for call in template.calls for value in _given(template, call, shown, every))]
    return {one for value in values for one in template.foreign(value)}


def _given(template: Template, call: nodes.Call, shown: set[Argument], every: list[Template]) -> Iterator[Expr]:
    """What a call gives to those arguments of a macro of ours that the macro shows as text."""
    name = call.node.attr if isinstance(call.node, nodes.Getattr) else getattr(call.node, "name", "")
    for parameters in _macros(template, call.node, name, every):
        named = {keyword.key: keyword.value for keyword in call.kwargs}
        given = {**dict(zip(parameters, call.args, strict=False)), **named}
        yield from (value for parameter, value in given.items() if (name, parameter) in shown)


def _macros(template: Template, called: Expr, name: str, every: list[Template]) -> Iterator[list[str]]:
    """The parameters of the macro that is called: its own, or that of the template from which it is imported."""
    by = called.node.name if isinstance(called, nodes.Getattr) and isinstance(called.node, nodes.Name) else name
    whence = template.imported.get(by, template.name if by in (name, "self") else None)
    yield from (one.macros[name] for one in every if one.name == whence and name in one.macros)
