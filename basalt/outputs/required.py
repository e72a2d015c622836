"""Packages that only some outputs need, imported when they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from basalt.errors import MissingPackageError


def required(module: str, extra: str, place: str) -> ModuleType:
    """Return a module of an optional package. Raises MissingPackageError, which says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        message = f"writing {place} needs {module.partition('.')[0]}, which is not installed"
        raise MissingPackageError(message, suggestion=f"pip install 'basalt[{extra}]'") from None
