"""What differs between two compiled pipelines: passes, their rows, and their columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from basalt.compiler.columns import Column
from basalt.compiler.model import CompiledPass, CompiledPipeline


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Data):
    """Something of a column that is not what it was: its type, formula, unit, null rule or kind."""

    column: str
    what: Literal["type", "formula", "unit", "null rule", "kind"]
    before: str
    after: str


class PassDifference(_Data):
    """What became of a pass.

    ``before`` and ``after`` are what makes a row of it, in words; None where the pass is not there.
    """

    name: str
    before: str | None
    after: str | None
    added: tuple[Column, ...] = ()
    removed: tuple[Column, ...] = ()
    changed: tuple[Change, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether rows and columns are as they were."""
        return self.before == self.after and not (self.added or self.removed or self.changed)


def differences(before: CompiledPipeline, after: CompiledPipeline) -> tuple[PassDifference, ...]:
    """Return what became of each pass that is not as it was; passes that are no more come last."""
    names = dict.fromkeys([*after.passes, *before.passes])
    found = (_difference(name, before.passes.get(name), after.passes.get(name)) for name in names)
    return tuple(each for each in found if not each.is_none)


def _difference(name: str, before: CompiledPass | None, after: CompiledPass | None) -> PassDifference:
    old = {column.name: column for column in before.columns} if before else {}
    new = {column.name: column for column in after.columns} if after else {}
    return PassDifference(
        name=name,
        before=None if before is None else before.described,
        after=None if after is None else after.described,
        added=tuple(column for key, column in new.items() if key not in old),
        removed=tuple(column for key, column in old.items() if key not in new),
        changed=tuple(change for key, column in new.items() if key in old for change in _changes(old[key], column)),
    )


def _changes(before: Column, after: Column) -> Iterator[Change]:
    pairs = (
        ("type", before.type, after.type),
        ("formula", before.formula, after.formula),
        ("unit", before.unit, after.unit),
        ("null rule", before.null_rule, after.null_rule),
        ("kind", before.kind, after.kind),
    )
    for what, old, new in pairs:
        if old != new:
            yield Change.model_validate({"column": after.name, "what": what, "before": old, "after": new})
