"""Holds a run to the schema lock beside its pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from basalt.compiler.model import CompiledPipeline
from basalt.configuration import AnalyticsConfig
from basalt.errors import Problem, SchemaLockError
from basalt.outputs.staging import staged
from basalt.quality.lock import UPDATE, SchemaLock


def hold_to_lock(config: AnalyticsConfig, compiled: CompiledPipeline) -> list[str]:
    """Compare a pipeline with its schema lock, where it has one, and return the warnings; or write the lock anew.

    Raises SchemaLockError with every difference where the lock raises, OutputError when the file cannot be written.
    """
    lock = config.SCHEMA_LOCK
    if lock is None or lock.mode == "off":
        return []
    path = Path(lock.path)
    if lock.mode == "update":
        _write(path, SchemaLock.of(compiled).text())
        return []
    found = lock_differences(path, compiled)
    if found and lock.mode == "raise":
        raise SchemaLockError(found)
    return [f"schema lock: {problem}" for problem in found]


def lock_differences(path: Path, compiled: CompiledPipeline) -> list[Problem]:
    """Return how a pipeline differs from the lock in a file; a file that is not there is a difference too.

    Raises SchemaLockError for a file that is no lock.
    """
    try:
        held = SchemaLock.read(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return [Problem("there is no schema lock", str(path), UPDATE)]
    except (OSError, UnicodeDecodeError) as error:
        message = f"the schema lock cannot be read: {error}"
        raise SchemaLockError(message, place=str(path)) from None
    return list(_with_advice(held.differences(SchemaLock.of(compiled)), path))


def _with_advice(problems: list[Problem], path: Path) -> Iterator[Problem]:
    for each in problems:
        suggestion = "; ".join(part for part in (each.suggestion, UPDATE) if part)
        yield Problem(f"{each.message}, by {path.name}", each.place, suggestion)


def _write(path: Path, text: str) -> None:
    """Write a lock that differs from the one that is there. Raises OutputError."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except (OSError, UnicodeDecodeError):  # none there, or none that can be read: it is written anew
        pass
    with staged(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")
