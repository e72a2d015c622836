"""Paths of a pipeline file made absolute: relative ones count from the folder of the file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from basalt.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from basalt.configuration.analytics import AnalyticsConfig
    from basalt.configuration.outputs import OutputTarget
    from basalt.configuration.passes import PassConfig
    from basalt.configuration.tables import TableConfig


_FILE_URL = re.compile(r"(?P<scheme>(?:sqlite|duckdb)(?:\+\w+)?:///)(?P<path>.+)")


def with_absolute_paths(config: AnalyticsConfig, folder: Path, file: str) -> AnalyticsConfig:
    """Return the configuration with every relative path below ``folder``: of tables, templates, targets, folders.

    ``~`` is the home folder. URLs and absolute paths stay. In a glob the folder's own name is escaped, in a path
    template its braces are. ``file`` is what messages call the pipeline file. Raises ConfigurationError when a glob
    cannot be put below a folder of that name.
    """
    base = folder.resolve()
    tables = {name: _table(each, base, f"{file}: TABLES.{name}") for name, each in config.TABLES.items()}
    changed: dict[str, object] = {"PASSES": [_pass(each, base) for each in config.PASSES]}
    if tables:
        changed["TABLES"] = tables
    if config.TEMPLATE_PATHS:
        changed["TEMPLATE_PATHS"] = [_absolute(path, base, str) for path in config.TEMPLATE_PATHS]
    if config.OUTPUT_TARGET:
        changed["OUTPUT_TARGET"] = _target(config.OUTPUT_TARGET, base)
    for field in ("TEMP_DIR", "RUNS_PATH"):
        if getattr(config, field) is not None:
            changed[field] = _absolute(getattr(config, field), base, str)
    if config.SCHEMA_LOCK:
        path = _absolute(config.SCHEMA_LOCK.path, base, str)
        changed["SCHEMA_LOCK"] = config.SCHEMA_LOCK.model_copy(update={"path": path})
    return config.model_copy(update=changed)


def _pass(each: PassConfig, base: Path) -> PassConfig:
    changed: dict[str, object] = {}
    if each.output:
        changed["output"] = _target(each.output, base)
    if each.extra_outputs:
        changed["extra_outputs"] = [_target(target, base) for target in each.extra_outputs]
    return each.model_copy(update=changed)


def _target(target: OutputTarget, base: Path) -> OutputTarget:
    match target.type:
        case "sql":
            return target.model_copy(update={"url": _file_url(target.url, base)})
        case "duckdb":
            return target.model_copy(update={"file": _absolute(target.file, base, _literal_braces)})
        case _:
            return target.model_copy(update={"path_template": _absolute(target.path_template, base, _literal_braces)})


def _file_url(url: str, base: Path) -> str:
    """Return a URL with the path of a database file below ``base``; a path that begins with a slash is absolute."""
    named = _FILE_URL.fullmatch(url)
    return named["scheme"] + _absolute(named["path"], base, str) if named else url


def _table(table: TableConfig, base: Path, place: str) -> TableConfig:
    changed: dict[str, object] = {}
    if table.path:
        changed["path"] = [_glob(path, base, f"{place}.path[{position}]") for position, path in enumerate(table.path)]
    if table.database is not None:
        changed["database"] = _absolute(table.database, base, str)
    return table.model_copy(update=changed)


def _glob(path: str, base: Path, place: str) -> str:
    absolute = _absolute(path, base, _literal_glob)
    if absolute != path and "\\" in absolute and any(sign in absolute for sign in "*?["):
        message = f"a glob cannot be used in the folder {str(base)!r}: DuckDB reads the backslash in it as a sign"
        suggestion = "rename the folder, or name the files one by one"
        raise ConfigurationError(message, place=place, suggestion=suggestion)
    return absolute


def _absolute(path: str, base: Path, literal: Callable[[str], str]) -> str:
    """Return a path from the root; ``literal`` writes a folder's name so that its characters mean themselves."""
    if "://" in path:
        return path
    first, slash, rest = path.partition("/")
    if (home := os.path.expanduser(first)) != first:  # noqa: PTH111 - an unknown user stays as written
        return literal(home) + slash + rest
    if Path(path).is_absolute():
        return path
    while first in (".", "..") and slash:
        base = base.parent if first == ".." else base
        first, slash, rest = rest.partition("/")
    return "/".join([literal(base.as_posix()).rstrip("/"), first + slash + rest])


def _literal_glob(folder: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in folder)


def _literal_braces(folder: str) -> str:
    return folder.replace("{", "{{").replace("}", "}}")
