"""A pipeline file in Python: run on its own, then asked for ``CONFIG`` or ``USER_CONFIG``."""

from __future__ import annotations

import contextlib
import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from basalt.configuration.analytics import AnalyticsConfig
from basalt.configuration.diagnosis.shapes import homes
from basalt.configuration.diagnosis.wording import shown
from basalt.configuration.problems import problems_of_model
from basalt.errors import ConfigurationError, PipelineFileError

if TYPE_CHECKING:
    from collections.abc import Iterator


def run_python_file(path: Path, name: str, folder: Path) -> AnalyticsConfig | dict[str, Any]:
    """Run a pipeline file and return its ``CONFIG``, a checked configuration, or its ``USER_CONFIG``, a mapping.

    ``folder`` can be imported from, as the file's own can when Python runs it. ``name`` is what messages call the file.
    Raises ConfigurationError when the file asks for a model with mistakes in it, and PipelineFileError when it fails in
    another way or defines neither or both of the two names.
    """
    module = ModuleType(f"basalt pipeline {path}")
    module.__file__ = str(path)
    with _as_running(module, folder):
        try:
            program = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            exec(program, module.__dict__)  # noqa: S102 - the user's own program
        except ValidationError as error:
            raise _refused_model(error, path, name) from error
        except (Exception, SystemExit) as error:
            raise PipelineFileError(_told(error, path), place=f"{name}:{_line(error, path)}") from error
    return _configuration(module, name)


@contextlib.contextmanager
def _as_running(module: ModuleType, folder: Path) -> Iterator[None]:
    """Let the file import its neighbours, and forget them after: another folder may have others of the same name."""
    known = set(sys.modules)
    sys.modules[module.__name__] = module
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # the file may have changed the path itself
            sys.path.remove(str(folder))
        del sys.modules[module.__name__]
        new = set(sys.modules) - known
        neighbours = {name for name in new if "." not in name and _is_in(sys.modules[name], folder)}
        for name in new:
            if name.partition(".")[0] in neighbours:
                del sys.modules[name]


def _is_in(module: ModuleType, folder: Path) -> bool:
    if getattr(module, "__file__", None) is None:
        return False
    file = Path(str(module.__file__))
    return folder == (file.parent.parent if file.name == "__init__.py" else file.parent)


def _configuration(module: ModuleType, name: str) -> AnalyticsConfig | dict[str, Any]:
    given = [each for each in ("CONFIG", "USER_CONFIG") if hasattr(module, each)]
    if len(given) != 1:
        message = f"defines {'both' if given else 'neither'} CONFIG {'and' if given else 'nor'} USER_CONFIG"
        suggestion = "write CONFIG = AnalyticsConfig(...), or USER_CONFIG = {...}"
        raise PipelineFileError(message, place=name, suggestion=suggestion)
    value = getattr(module, given[0])
    wanted, kind = (AnalyticsConfig, "an AnalyticsConfig") if given == ["CONFIG"] else (dict, "a dictionary")
    if not isinstance(value, wanted):
        message = f"{given[0]} must be {kind}, not {shown(value)}"
        raise PipelineFileError(message, place=name, suggestion=_other_name(value))
    return value


def _other_name(value: object) -> str:
    if isinstance(value, dict):
        return "call a dictionary USER_CONFIG"
    return "call an AnalyticsConfig CONFIG" if isinstance(value, AnalyticsConfig) else ""


def _refused_model(error: ValidationError, path: Path, name: str) -> ConfigurationError:
    """Return what is wrong with a call such as ``PassConfig(...)`` in the file, or with a model of the user's own."""
    origin = f"{name}:{_line(error, path)}"
    models = {model.__name__: model for _, model in homes(AnalyticsConfig)}
    if error.title in models:
        return ConfigurationError(problems_of_model(error, models[error.title], origin))
    return PipelineFileError(_told(error, path), place=origin)


def _told(error: BaseException, path: Path) -> str:
    said = error.msg if isinstance(error, SyntaxError) and error.filename == str(path) else str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _line(error: BaseException, path: Path) -> str:
    """Return the line of the file that failed, and the column where Python cannot read it."""
    if isinstance(error, SyntaxError) and error.filename == str(path) and error.lineno:
        return f"{error.lineno}:{error.offset}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return str(lines[-1] if lines else 1)
