"""Rules that tell which side initiated a trade, one template each."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from basalt.catalog.headers import read_header, templates_folder
from basalt.catalog.metrics import Title


class AggressorRule(BaseModel):
    """A rule, as an AggressorSide: 1 where the buyer initiated a trade, 2 where the seller did, null for neither.

    ``value`` is SQL over ``price``, ``bid`` and ``ask`` in half ticks and over ``tick_test``, the side that the last
    change of price tells: 1 after a rise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: Title
    source: Title
    value: str

    @property
    def reads_quotes(self) -> bool:
        """Whether the rule looks at the quote before the trade."""
        return "{{ bid }}" in self.value

    @property
    def reads_changes(self) -> bool:
        """Whether the rule looks at the trades before."""
        return "{{ tick_test }}" in self.value


@functools.cache
def aggressor_rules() -> Mapping[str, AggressorRule]:
    """Return the rules by name."""
    found = [read_header(path, AggressorRule) for path in sorted(templates_folder().glob("rules/*.sql"))]
    return {each.name: each for each in found}
