"""The states that requested columns are made of, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from basalt.catalog.metrics import State
from basalt.compiler.aggregates import ORDERED
from basalt.compiler.modules.trade.linked import named_values
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import AGGRESSOR
from basalt.compiler.modules.trade.values import TradeValues
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, conjunction, join
from basalt.compiler.templates import render_text


@dataclass(frozen=True)
class StateColumn:
    """One state for one side: its column, what it aggregates, and which trades it reads."""

    name: str
    slice_name: str
    state: State
    of: Sql
    where: Sql | None
    side: str
    only_counted: bool
    looks_around: bool
    read: tuple[str, ...]
    argument: Sql | None = None
    """The other variable of a covariance or slope, the fractions of quantiles."""

    @property
    def ordered_by(self) -> tuple[str, ...]:
        """The columns that tell the values apart of which the first or last is taken."""
        return self.read if self.is_ordered else ()

    @property
    def order_name(self) -> str:
        """The column that holds the order by which a first or last was taken."""
        return f"{self.name}_order"

    @property
    def slice_order_name(self) -> str:
        """The same in the finer grouping."""
        return f"{self.slice_name}_order"

    @property
    def is_ordered(self) -> bool:
        """Whether the state is a first or a last."""
        return self.state.aggregate in ORDERED

    @property
    def priced(self) -> Sql:
        """The condition that a trade can be the first or last: it has the value."""
        return compose("{} IS NOT NULL", self.of)

    def describe(self) -> str:
        """Return the state as a reader of the catalogue sees it."""
        where = f" where {self.where}" if self.where is not None else ""
        argument = f", {self.argument}" if self.argument is not None else ""
        return f"{self.state.aggregate}({self.of}{argument}){where}"

    def selection(self, marks_counted: bool) -> Fragment | None:  # noqa: FBT001 - a fact about the rows
        """Return the condition that a trade belongs to this state's side and is counted; None when all do."""
        side = None if self.side == "Total" else compose("aggressor = {}", AGGRESSOR[self.side])
        counted = Identifier("counted") if marks_counted and self.only_counted else None
        return conjunction([side, counted])


def state_columns(requests: Iterable[Request], values: TradeValues) -> tuple[StateColumn, ...]:
    """Return every state the requested columns are made of, each once."""
    found: dict[str, StateColumn] = {}
    for request in requests:
        named = named_values(request, values)
        for name, state in request.metric.states.items():
            column = request.state_column(name)
            found.setdefault(
                column,
                StateColumn(
                    name=column,
                    slice_name=f"{name}{request.suffix}",
                    state=state,
                    of=render_text(state.of, **named),
                    where=None if state.where is None else render_text(state.where, **named),
                    side=request.side,
                    only_counted=request.metric.rows == "counted",
                    looks_around=request.metric.looks_around,
                    read=request.metric.requires,
                    argument=_argument(state, named),
                ),
            )
    return tuple(found.values())


def _argument(state: State, values: Mapping[str, Sql]) -> Sql | None:
    if state.at:
        return compose("[{}]", join(Literal(fraction) for fraction in state.at))
    return None if state.against is None else render_text(state.against, **values)


def computed_apart(columns: Sequence[StateColumn]) -> tuple[StateColumn, ...]:
    """Return the states that are best computed in a query of their own.

    One query computes all where no state looks at another trade and none is of one side.
    """
    if all(column.side == "Total" and not column.looks_around for column in columns):
        return ()
    return tuple(column for column in columns if column.looks_around or not column.state.mergeable)
