"""Who may lean on whom: each service stands alone, and each library has one door."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.services import NAMES, load
from tests.architecture.tree import OURS, ROOT, Code, code

KAFKA = ("shared/log/kafka/", "deploy/operate/rights.py")  # what services do with it; and its access lists
ALONE = (
    "import services.{0}.app, services; assert list(services.__path__) == [{1!r}]; print(services.{0}.app.service.name)"
)


def importers(files: tuple[Code, ...], library: str) -> set[str]:
    return {str(f.path) for f in files if any(name.partition(".")[0] == library for name in f.imports)}


@pytest.mark.parametrize("library", ["faststream", "aiokafka"])
def test_kafka_has_one_door_and_one_for_operators(library: str) -> None:
    """But for bench/, whose floors are the bare libraries."""
    found = importers(code("services", "shared", "deploy"), library)
    assert [path for path in found if not path.startswith(KAFKA)] == []


def test_postgresql_has_one_door() -> None:
    """But for deploy/, which administers it."""
    found = importers(code("services", "shared"), "asyncpg")
    assert found
    assert [path for path in found if Path(path).parent != Path("shared/database")] == []


def test_contracts_import_nothing_of_ours_but_one_another() -> None:
    for file in code("shared/contracts"):
        ours = {name for name in file.imports if name.partition(".")[0] in OURS}
        assert all(name.startswith("shared.contracts") for name in ours), file.path


def test_a_domain_does_no_input_or_output() -> None:
    kept_out = {"asyncpg", "httpx", "fastapi", "starlette", "aiokafka", "faststream", "services", "deploy"}
    for file in code("services"):
        if file.path.name == "domain.py" or "domain" in file.path.parts:
            own = ".".join(file.path.parts[:2])
            pure = {
                f"{own}.{name}" for name in ("source", "uploads", "way", "roll_files.roll")
            }  # the feed's own words: values
            found = {name for name in file.imports if not (name.startswith(own) and "domain" in name.split("."))} - pure
            assert kept_out.isdisjoint(name.partition(".")[0] for name in found), file.path
            rooms = {".".join(name.split(".")[:2]) for name in found - {"shared.database.refusal"}}
            assert rooms.isdisjoint(f"shared.{room}" for room in ("database", "log", "events", "web")), file.path


@pytest.mark.parametrize("name", NAMES)
def test_a_service_imports_with_the_others_removed_from_disk(name: str, tmp_path: Path) -> None:
    left_out = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=left_out)
    shutil.copytree(ROOT / "services" / name, tmp_path / "services" / name, ignore=left_out)
    shutil.copy(ROOT / "services/__init__.py", tmp_path / "services")
    done = subprocess.run(
        [sys.executable, "-c", ALONE.format(name, str(tmp_path / "services"))],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == name, done.stderr


def test_the_import_rules_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


HEAVY = ("fastapi", "starlette", "uvicorn", "asyncpg", "aiokafka", "faststream", "httpx", "joserfc", "jinja2")
LOADED = "import sys, services.{0}.app; print(*sorted({{name.partition('.')[0] for name in sys.modules}} & {1!r}))"


@pytest.mark.parametrize("name", NAMES)
def test_reading_a_manifest_loads_no_web_framework_and_no_engine(name: str) -> None:
    command = [sys.executable, "-c", LOADED.format(name, set(HEAVY))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_a_manifest_names_is_there(name: str) -> None:
    service = load(name)
    named = [*service.serves, *service.checks, *([service.shapes] if service.shapes else [])]
    assert all(service.load(one) is not None for one in named)
    assert all(callable(work.work) for work in service.works_loaded())
    reactions, projections, ingestions = service.consumed()
    assert all(callable(one.to) for one in (*reactions, *ingestions))
    assert all(callable(one.to.put) and callable(one.to.forget) for one in projections)


def test_the_bench_can_be_run() -> None:
    """Its types are not checked: that each of its files imports what there is, is."""
    files = [".".join(file.path.with_suffix("").parts) for file in code("bench") if file.path.name != "__main__.py"]
    command = [sys.executable, "-c", f"import {', '.join([*files, 'bench.__main__'])}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


ASKED_IN_SQL = re.compile(r"\btx\.(row|rows|one|value|execute)$")


def test_sql_is_in_stores_alone() -> None:
    """So that what a service keeps is read in one kind of file."""
    asking = {str(file.path) for file in code("services") if any(ASKED_IN_SQL.search(name) for name, _ in file.calls)}
    assert asking
    assert [
        path for path in sorted(asking) if Path(path).name != "store.py" and Path(path).parent.name != "store"
    ] == []


ROOMS = {"domain": 0, "store": 1, "commands": 2, "http": 3, "reactions": 3, "projections": 3}

STAGES = ("gateway", "feed")
"""Their parts are stages of one way, not capabilities side by side; contracts of their own say who may use whom."""


def room(module: str) -> tuple[str, int] | None:
    """The capability and the floor of services.<service>.<capability>.<room>; None for what is no such room."""
    match module.split("."):
        case ["services", service, capability, name, *_] if name in ROOMS and service not in STAGES:
            return f"{service}.{capability}", ROOMS[name]
    return None


def named(file: Code) -> set[str]:
    """What a file imports: modules, and what is taken from each, which may be a module too."""
    taken = [node for node in ast.walk(file.tree) if isinstance(node, ast.ImportFrom)]
    return {*file.imports, *(f"{node.module}.{alias.name}" for node in taken for alias in node.names)}


def refused(file: Code) -> list[str]:
    """Imports of a room above its own, and of another capability's store, http or reactions."""
    own = room(".".join(file.path.with_suffix("").parts))
    rooms = [(name, other) for name in sorted(named(file)) if own and (other := room(name)) and other != own]
    shared = (ROOMS["domain"], ROOMS["commands"])
    return [
        name
        for name, (capability, floor) in rooms
        if own and (floor >= own[1] if capability == own[0] else floor not in shared)
    ]


def test_a_room_imports_none_above_it_and_of_another_capability_only_what_is_for_all() -> None:
    """Also in a service that is new, and stands in no import contract yet."""
    found = {str(file.path): refused(file) for file in code("services")}
    assert {path: names for path, names in found.items() if names} == {}
