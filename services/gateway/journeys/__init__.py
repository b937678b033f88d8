"""The journeys, one folder each. They are found here by looking: a new page is one more folder, and no list."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from services.gateway.frame.journey import Journeys


@cache
def discovered() -> Journeys:
    """Every journey, by its folder's name. Their routes are not loaded by this."""
    names = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return Journeys(tuple(import_module(f"{__name__}.{name}").journey for name in names))
