"""The registry: the services of this checkout, found by their folders (services/<name>/app.py) and listed nowhere."""

import importlib
from pathlib import Path
from typing import TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

from deploy.trouble import Trouble
from shared.manifest import Service

S = TypeVar("S", bound=BaseSettings)

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "services"
NAMES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/app.py")))


def load(name: str) -> Service:
    """The manifest that services/<name>/app.py states."""
    if name not in NAMES:
        raise Trouble(f"There is no service called {name}: choose one of {', '.join(NAMES)}.")
    return cast("Service", importlib.import_module(f"services.{name}.app").service)


def load_all() -> list[Service]:
    return [load(name) for name in NAMES]


def settings_of(owner: str, settings: type[S]) -> S:
    """The owner's settings from the environment; Trouble names what is missing or wrong, never its value."""
    try:
        return settings()
    except ValidationError as error:
        wrong = sorted({_wrong(owner, fault) for fault in error.errors(include_input=False)})
        raise Trouble(f"These settings of {owner} are missing or wrong: {', '.join(wrong)}.") from None


def _wrong(owner: str, fault: ErrorDetails) -> str:
    """The setting that is wrong, with the message if the rule is ours; a rule on several settings is a message only."""
    name = f"{owner}_{fault['loc'][0]}".upper() if fault["loc"] else ""
    why = fault["msg"].removeprefix("Value error, ") if fault["type"] == "value_error" else ""
    return f"{name} ({why})" if name and why else name or why
