"""States that merge from one GROUP BY of the trades, and those that do not from another.

The other takes states that do not merge, or that look at the trade before or after, so that only the columns they
need are sorted and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.filters import row_name
from basalt.compiler.modules.trade.linked import LinkedValues, is_selective
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.state_columns import StateColumn
from basalt.compiler.modules.trade.states import GROUPED_BY, STATES, FilteredStates, SlicedStates, built, built_order
from basalt.compiler.plan import Step
from basalt.compiler.select import select
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.templates import render

_MERGED, _COMPARED, _APART = "trade_sums", "compared_trades", "trade_distributions"


@dataclass(frozen=True)
class SplitStates:
    """States that merge, and ``columns`` of states that do not, each from a GROUP BY; ``requests`` ask for these."""

    merging: FilteredStates | SlicedStates
    columns: tuple[StateColumn, ...]
    requests: tuple[Request, ...]
    linked: LinkedValues

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the steps to one row per listing and bucket; ``orders`` names the order columns wanted."""
        *earlier, last = self.merging.steps(orders)
        linked = self._linked_steps()
        distributions = self._distributions(orders, linked[-1].name if linked else self.merging.source)
        return [*earlier, replace(last, name=_MERGED), *linked, distributions, self._joined(orders)]

    @property
    def _marks_counted(self) -> bool:
        """Whether the rows are told apart by being counted; otherwise only those that are counted are read."""
        return self.merging.rows.every_row and not all(column.only_counted for column in self.columns)

    def _counted(self) -> Sql | None:
        return Identifier("counted") if self.merging.rows.every_row and not self._marks_counted else None

    def _linked_steps(self) -> list[Step]:
        """Return the steps that compare trades; none where no metric does."""
        if not any(request.metric.looks_around for request in self.requests):
            return []
        return [self._compared(), *self.linked.steps(_COMPARED, self.requests)]

    def _compared(self) -> Step:
        by_side = ["aggressor"] if self.merging.rows.by_side else []
        kept = [*GROUPED_BY, *by_side, *(["counted"] if self._marks_counted else []), "event_order"]
        plain = [SelectItem.column(name) for name in dict.fromkeys([*kept, *self._read(), *self._values()])]
        items = [*plain, *(column.item for column in self.linked.selected(self.requests))]
        body = select(items, Identifier(self.merging.source), where=[self._counted()])
        return Step(
            _COMPARED, body, "the trades that are compared with those next to them, with what is needed of each"
        )

    def _read(self) -> list[str]:
        """Return the columns of the source that are needed; of the side, only what a filter reads is not aggressor."""
        names = dict.fromkeys(name for request in self.requests for name in request.requires)
        filtered = {name for request in self.requests for name in request.filter_columns}
        return [row_name(name) for name in names if name != "AggressorSide" or name in filtered]

    def _values(self) -> list[str]:
        """Return the values of trades that are needed as they are, for all trades."""
        plain = [request for request in self.requests if not is_selective(request)]
        return [self.linked.values.name(name) for request in plain for name in request.metric.aggregated_values()]

    def _distributions(self, orders: frozenset[str], read: str) -> Step:
        items = [SelectItem.column(name) for name in GROUPED_BY]
        items += [built(column, column.selection(self._marks_counted)) for column in self.columns]
        items += [
            built_order(column, column.selection(self._marks_counted))
            for column in self.columns
            if column.order_name in orders
        ]
        comment = "one row per listing and bucket: what needs all its trades at once"
        where = [] if read != self.merging.source else [self._counted()]
        return Step(_APART, select(items, Identifier(read), where=where, group_by=GROUPED_BY), comment)

    def _joined(self, orders: frozenset[str]) -> Step:
        ordered = [column.order_name for column in self.columns if column.order_name in orders]
        added = [Identifier(_APART, name) for name in [*(column.name for column in self.columns), *ordered]]
        listing, bucket = GROUPED_BY
        matches = [compose("{} IS NOT DISTINCT FROM {}", Identifier(_MERGED, listing), Identifier(_APART, listing))]
        matches.append(compose("{} = {}", Identifier(_MERGED, bucket), Identifier(_APART, bucket)))
        body = render(
            "shapes/join",
            columns=join([compose("{}.*", Identifier(_MERGED)), *added], ",\n    "),
            left=Identifier(_MERGED),
            kind=Fragment("LEFT"),
            right=Identifier(_APART),
            on=join(matches, "\n AND "),
        )
        return Step(STATES, body, "one row per listing and bucket: all that metrics are made of")
