"""What a trade pass was asked for: one request per output column, in the order configured."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.modules.events.request import MetricRequest


@dataclass(frozen=True, kw_only=True)
class Request(MetricRequest):
    """One metric for one side, over the trades that a filter lets through."""

    side: str

    @property
    def own_name(self) -> str:
        """The name of the output column without prefix and pattern."""
        return self.metric.column_for(self.side)

    @property
    def requires(self) -> tuple[str, ...]:
        """The columns of trades that it is computed from."""
        by_side = () if self.side == "Total" else ("AggressorSide",)
        return tuple(dict.fromkeys([*self.metric.requires, *by_side, *self.filter_columns]))

    def state_column(self, state: str) -> str:
        """Return the name a state of this metric has for this side: ``total_volume``."""
        return f"{self.side.lower()}_{state}{self.suffix}"
