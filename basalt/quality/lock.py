"""The schema lock: names, types and units of all passes' columns as they were agreed on, and what differs from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from basalt.compiler.columns import Column
from basalt.compiler.model import CompiledPipeline
from basalt.errors import Problem, SchemaLockError, nearest

_VERSION = 1


@dataclass(frozen=True)
class LockedColumn:
    """What is held of a column."""

    name: str
    type: str
    unit: str

    @classmethod
    def of(cls, column: Column) -> Self:
        """Return what is held of a column of a pass."""
        return cls(column.name, column.type, column.unit)


@dataclass(frozen=True)
class SchemaLock:
    """The columns of each pass, in order."""

    passes: Mapping[str, tuple[LockedColumn, ...]]

    @classmethod
    def of(cls, compiled: CompiledPipeline) -> Self:
        """Return the lock that holds a pipeline as it is compiled."""
        return cls({name: tuple(map(LockedColumn.of, each.columns)) for name, each in compiled.passes.items()})

    @classmethod
    def read(cls, text: str, place: str) -> Self:
        """Return the lock that ``text`` wrote. Raises SchemaLockError for a text that is none."""
        try:
            return cls(_columns(json.loads(text)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"this is not a schema lock: {error!r}"
            raise SchemaLockError(message, place=place, suggestion=UPDATE) from None

    def text(self) -> str:
        """Return the lock as JSON, a line for each column, so that a difference is one of lines."""
        passes = [
            f"    {_json(name)}: [\n" + ",\n".join(f"      {_json(vars(column))}" for column in columns) + "\n    ]"
            for name, columns in self.passes.items()
        ]
        return f'{{\n  "version": {_VERSION},\n  "passes": {{\n' + ",\n".join(passes) + "\n  }\n}\n"

    def differences(self, now: SchemaLock) -> list[Problem]:
        """Return how a pipeline's columns differ from those held here, by pass and column."""
        found = [
            Problem("the pass is not in the lock", f"pass {name}") for name in now.passes if name not in self.passes
        ]
        for name, held in self.passes.items():
            if name in now.passes:
                found += _changes(f"pass {name}", held, now.passes[name])
            else:
                found.append(Problem("the pass is no longer there", f"pass {name}", nearest(name, now.passes)))
        return found


UPDATE = "when this is meant, run once with --set SCHEMA_LOCK.mode=update"
"""What to do about a lock that does not hold."""


def _columns(raw: Any) -> dict[str, tuple[LockedColumn, ...]]:  # noqa: ANN401 - whatever the file says
    if raw["version"] != _VERSION:
        message = f"version {raw['version']!r}"
        raise ValueError(message)
    return {str(name): tuple(LockedColumn(**column) for column in columns) for name, columns in raw["passes"].items()}


def _changes(place: str, held: tuple[LockedColumn, ...], now: tuple[LockedColumn, ...]) -> Iterator[Problem]:
    before, after = ({column.name: column for column in columns} for columns in (held, now))
    for name, column in before.items():
        if name not in after:
            yield Problem(f"column {name!r} is no longer there", place, nearest(name, after.keys() - before.keys()))
            continue
        for what in ("type", "unit"):
            was, found = getattr(column, what), getattr(after[name], what)
            if was != found:
                yield Problem(f"the {what} of column {name!r} was {was or 'none'}, it is {found or 'none'}", place)
    yield from (Problem(f"column {name!r} is new", place) for name in after if name not in before)
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        yield Problem(f"the columns are in another order: {', '.join(after)}", place)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
