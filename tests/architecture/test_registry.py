"""Services are found, not listed: a folder with a manifest is one, and each list of them is derived or held here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.services import FOLDER, NAMES, load, load_all
from shared.contracts import audiences
from shared.manifest import Service
from tests.architecture.tree import OURS, Code, code

YESTERDAY = Path("tests/migrations/test_yesterday.py")  # names what each service was asked before, new ones not at all
LISTS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Subscript)


@pytest.mark.parametrize("folder", sorted(path for path in FOLDER.iterdir() if (path / "__init__.py").exists()))
def test_a_folder_of_services_is_a_service(folder: Path) -> None:
    assert folder.name in NAMES, f"services/{folder.name}/app.py states its manifest"
    assert load(folder.name).name == folder.name, f"services/{folder.name}/app.py: the name is the folder's"
    assert (folder / "README.md").exists()


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
def test_a_service_reads_settings_of_its_own_name(service: Service) -> None:
    prefix = service.settings.model_config["env_prefix"]
    assert prefix == f"{service.name.upper()}_", f"services/{service.name}/settings.py: model_config = prefix(its name)"


def test_whoever_answers_over_http_says_so_in_its_contract() -> None:
    """Identity issues access tokens for these and for nobody else."""
    asked = {service.name for service in load_all() if service.serves and service.guarded}
    assert set(audiences()) == asked, "shared/contracts/<service>.py: ANSWERS = True"


def typed(file: Code) -> Iterator[int]:
    """Lines where all services, or all but one, are listed."""
    if sum(name in file.text for name in NAMES) < len(NAMES) - 1:
        return
    for node in file.nodes:
        if isinstance(node, LISTS):
            strings = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and one.value in NAMES}
            if len(strings) >= len(NAMES) - 1:
                yield node.lineno


def test_nobody_lists_the_services() -> None:
    """Take them from deploy.services."""
    found = {str(file.path): lines for file in code(*OURS, "tests") if (lines := list(typed(file)))}
    assert set(found) <= {str(YESTERDAY)}


def test_a_list_of_services_is_found() -> None:
    text = f"SERVICES = {list(NAMES[1:])!r}\n"
    assert list(typed(Code(Path("some.py"), text, ast.parse(text)))) == [1]
