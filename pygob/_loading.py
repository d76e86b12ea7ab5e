"""Packages that load each of their names when it is first used, with the module that it comes from."""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False  # `typing` alone would make importing pygob several times as long

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def when_used(package: str, names: Mapping[str, str]) -> Callable[[str], object]:
    """The function `__getattr__` of a package.

    Args:
        package: The package.
        names: The names that each of its modules gives to it, with spaces between them; a module's own name
            is the module itself.
    """
    modules = {name: module for module, given in names.items() for name in given.split()}

    def load(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{modules[name]}")
        found = module if name == modules[name] else getattr(module, name)
        setattr(sys.modules[package], name, found)
        return found

    return load
