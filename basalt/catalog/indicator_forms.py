"""The indicators that SQL can compute: a template each, with a header that says how."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from basalt.catalog.headers import read_header, templates_folder

Shape = Literal["window", "series"]
"""``window``: outputs are expressions over windows of bars; ``series``: lists that are computed from lists, one per
series, and begin after the lookback."""


class SqlForm(BaseModel):
    """An indicator as SQL.

    ``columns`` are computed first, each from the inputs and, in a series, those before it. ``value`` is the SQL below
    the header: the output, or a block per output. It holds for the parameters in ``only``, or for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    shape: Shape
    source: str
    columns: dict[str, str] = {}
    only: dict[str, int | float] = {}
    value: str

    def holds_for(self, parameters: Mapping[str, int | float]) -> bool:
        """Tell whether the form computes a function with these parameters."""
        return all(parameters[name] == value for name, value in self.only.items())


@functools.cache
def sql_forms() -> Mapping[str, SqlForm]:
    """Return the SQL forms there are, by the name of the function."""
    paths = sorted(templates_folder().glob("indicators/*.sql"))
    return {path.stem: read_header(path, SqlForm, name=path.stem) for path in paths}
