"""What an output needs to know of a pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from basalt.compiler.columns import Column
from basalt.compiler.model import CompiledPass
from basalt.errors import BindingError, UnknownColumnError, listing, nearest


@dataclass(frozen=True)
class PassShape:
    """A pass's name, its columns with their DuckDB types and units, its keys, and how its rows belong to days.

    ``label_offset`` is how many nanoseconds before ``TimeBucket`` a bucket is counted to start, None without one.
    """

    name: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    label_offset: int | None

    @classmethod
    def of(cls, compiled: CompiledPass) -> PassShape:
        """Return the shape of a compiled pass."""
        return cls(compiled.name, compiled.columns, compiled.keys, compiled.label_offset)

    @property
    def types(self) -> dict[str, str]:
        """The DuckDB type of each column."""
        return {column.name: column.type for column in self.columns}

    def check_columns(self, names: Iterable[str], field: str) -> None:
        """Raise UnknownColumnError for the first name that is no column."""
        for name in names:
            if name not in self.types:
                message = f"{field} names {name!r}, which the pass does not have; it has {listing(self.types)}"
                place, hint = f"pass {self.name}", nearest(name, self.types)
                raise UnknownColumnError(message, place=place, suggestion=hint)

    def refuse(self, message: str, suggestion: str = "") -> BindingError:
        """Return the error of a target that does not fit the pass."""
        return BindingError(message, place=f"pass {self.name}: output", suggestion=suggestion)
