"""A metric as its template's header declares it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_THE_STATE = re.compile(r"(?i:coalesce\()?\{\{ *\w+ *\}\}(?:, *0 *\))?")
"""A value that is a state as it is, with nothing counted as 0."""

Title = Annotated[str, Field(pattern=r"\S")]
"""What something is, in one line; never empty."""

Kind = Literal["flow", "state", "ratio", "extreme", "distribution", "label"]
"""Decides fills, null rules and how a column may be aggregated again."""

Family = Literal[
    "generic",
    "discrepancy",
    "flag",
    "change",
    "impact",
    "retail_imbalance",
    "liquidity",
    "spreads",
    "imbalances",
    "prices",
    "microprices",
    "sweeps",
    "notional_sweeps",
    "slopes",
    "ohlc",
    "book_coverage",
    "conditions",
    "depth",
    "updates",
    "order_flow",
    "volatility",
]
"""The group of a module's configuration that asks for a metric."""

MERGEABLE = ("sum", "count", "min", "max", "first", "last", "latest")
BOOK_MODULES = ("l2", "l2tw")
"""Modules whose metrics may be values of the book as it stands: at the last update, or weighted by time."""
ORDERED_STATES = ("first", "last", "latest")
"""Aggregates of which the order of rows decides the value."""
AggregateName = Literal[
    "sum", "count", "min", "max", "first", "last", "latest", "median", "stddev", "covariance", "slope", "quantiles"
]

Side = Literal["Total", "Bid", "Ask", "Unknown"]

_NEIGHBOUR = re.compile(r"\{\{ (previous_trade|next_trade|trades_in_order) \}\}")
_PAIRED = ("covariance", "slope")


class State(BaseModel):
    """One aggregate a metric is made of: ``aggregate`` of the expression ``of`` over rows for which ``where`` holds.

    ``first`` and ``last`` skip rows without a value, ``latest`` is the value of the last row, null or not.
    A covariance, and a slope of a regression, are those of ``of`` on the expression ``against``; ``quantiles`` are a
    list of those at the fractions ``at``, interpolated.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    aggregate: AggregateName
    of: str = "*"
    where: str | None = None
    against: str | None = None
    at: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> State:
        if (self.against is not None) != (self.aggregate in _PAIRED):
            message = (
                f"covariance and slope are of one expression on another; {self.aggregate} has against: {self.against}"
            )
            raise ValueError(message)
        if bool(self.at) != (self.aggregate == "quantiles"):
            message = f"quantiles are at fractions; {self.aggregate} has at: {list(self.at)}"
            raise ValueError(message)
        return self

    @property
    def mergeable(self) -> bool:
        """Whether states of two groups of rows give the state of both together."""
        return self.aggregate in MERGEABLE


class Choice(BaseModel):
    """One value of a parameter of a metric, and what it changes.

    ``values`` are SQL for the variables it sets, over ``requires``; ``label`` stands for it in the column's name.
    ``codes`` are the values by which vendors say that a flag is set. The other fields override the metric's;
    ``states`` names those that are needed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    label: str | None = None
    requires: tuple[str, ...] = ()
    values: dict[str, str] = Field(default_factory=dict)
    codes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    unit: str | None = None
    kind: Kind | None = None
    type: str | None = None
    null_rule: str | None = None


class Statistic(BaseModel):
    """A statistic of the values ``x`` of trades: its states over ``{{ x }}``, and its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: Title
    label: str
    kind: Kind
    states: dict[str, State] = Field(min_length=1)
    value: str
    """The SQL below the header."""


class Metric(BaseModel):
    """A metric: states and a value computed from them, with all that documents it.

    ``column`` names the output column, with ``{side}`` and the parameters; ``column_total`` overrides it for side
    Total. ``position`` orders the metrics that one measure asks for. ``choices`` are the parameters a user may set,
    ``statistic_of`` the expression whose statistics, named in ``statistics``, are the metric's values.
    ``rows`` says which rows are read: ``counted`` (those of the configured classifications) or ``all``.
    ``derived`` are values of a row, each computed from those before it: columns that are added before aggregation. They
    may look at ``previous_trade`` or ``next_trade``, in time order inside listing, bucket and side, or at all these
    ``trades_in_order``.
    ``sides`` are those for which the metric has a meaning.
    A metric of the book without states is a value of the book as it stands, in which ``requires`` may have
    ``{side}``, ``{level}`` and ``{up_to_level}``, the levels from the best one on; its name may have an amount as well,
    ``{bps}``, ``{size}`` or ``{notional}``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    family: Family = "generic"
    measure: str = ""
    column: str
    column_total: str | None = None
    position: int = 0
    title: str
    unit: str
    kind: Kind
    type: str
    requires: tuple[str, ...]
    null_rule: str
    known_at: str
    source: str
    rows: Literal["counted", "all"] = "counted"
    sides: tuple[Side, ...] = ("Total", "Bid", "Ask", "Unknown")
    derived: dict[str, str] = Field(default_factory=dict)
    states: dict[str, State] = Field(default_factory=dict)
    choices: dict[str, dict[str, Choice]] = Field(default_factory=dict)
    statistic_of: str | None = None
    statistics: tuple[str, ...] = ()
    value: str
    """The SQL below the header: the value, computed from the states by name."""
    module: str
    """The folder of the template."""

    @property
    def mergeable(self) -> bool:
        """Whether a later pass can compute this metric for a coarser group, exactly, from the states."""
        return not self.refusal

    @property
    def refusal(self) -> str:
        """Why a later pass cannot compute this metric for a coarser group; nothing when it can."""
        if self.looks_around:
            why = (
                "what a trade adds depends on the trades next to it, which may be on the other side of a bucket's edge"
            )
        elif self.is_continued:
            why = "it depends on the bucket before"
        elif self.module == "l2tw":
            why = "rows are of buckets with an update only, and the time of those without is in none"
        elif apart := [state.aggregate for state in self.states.values() if not state.mergeable]:
            why = f"the {apart[0]} of all trades does not follow from those of parts of them"
        else:
            return ""
        return f"{self.name} of a coarser group cannot be computed from finer ones: {why}"

    @property
    def is_standing(self) -> bool:
        """Whether the value is one of the order book as it stands, without states over its updates."""
        return (
            self.module in BOOK_MODULES and not self.states and self.statistic_of is None and bool(self.value.strip())
        )

    @property
    def is_continued(self) -> bool:
        """Whether the value depends on the close of an earlier bucket."""
        return _reads(self.value, "close_before")

    @property
    def looks_around(self) -> bool:
        """Whether a row's contribution depends on the row before or after it."""
        return any(looks_around(text) for text in self.derived.values())

    def own_levels(self) -> dict[str, int]:
        """Return the derived values of a row by itself, and in how many steps each is computed from other ones."""
        linked = self.linked_levels()
        return self._levels(name for name in self.derived if name not in linked)

    def linked_levels(self) -> dict[str, int]:
        """Return the derived values that depend on other rows, and in how many steps each is computed from others."""
        linked: list[str] = []
        for name, text in self.derived.items():
            if looks_around(text) or any(_reads(text, earlier) for earlier in linked):
                linked.append(name)
        return self._levels(linked)

    def _levels(self, names: Iterable[str]) -> dict[str, int]:
        """Return for each of some derived values one more than for those of them that it reads."""
        levels: dict[str, int] = {}
        for name in names:
            read = (level for other, level in levels.items() if _reads(self.derived[name], other))
            levels[name] = 1 + max(read, default=0)
        return levels

    def aggregated_values(self) -> tuple[str, ...]:
        """Return the values of a row by itself that states, or values that depend on other rows, are computed from."""
        texts = [self.derived[name] for name in self.linked_levels()]
        texts += [text for state in self.states.values() for text in (state.of, state.where, state.against) if text]
        return tuple(name for name in self.own_levels() if any(_reads(text, name) for text in texts))

    def reads(self, variable: str) -> bool:
        """Tell whether the metric is computed from a variable that a user's configuration sets."""
        texts = [*self.derived.values(), *(state.of for state in self.states.values()), self.statistic_of or ""]
        return any(_reads(text, variable) for text in texts)

    @property
    def completing(self) -> tuple[str, ...]:
        """The parameters that the column's name tells, or that choose among the states."""
        return tuple(
            parameter
            for parameter, choices in self.choices.items()
            if f"{{{parameter}}}" in self.column or any(choice.states for choice in choices.values())
        )

    @property
    def only_state(self) -> tuple[str, State] | None:
        """The one state this metric's value is, or None for a value that is computed from its states."""
        is_its_state = len(self.states) == 1 and _THE_STATE.fullmatch(self.value.strip())
        return next(iter(self.states.items())) if is_its_state else None

    @property
    def natural_aggregation(self) -> str:
        """How the column re-aggregates by itself: sum, first, last, min, max; ``auto``: through states; or ``none``."""
        if not self.mergeable:
            return "none"
        if self.only_state is None:
            return "auto"
        aggregate = self.only_state[1].aggregate
        return {"count": "sum", "latest": "last"}.get(aggregate, aggregate)

    @model_validator(mode="after")
    def _says_everything(self) -> Metric:
        for field in ("name", "column", "title", "unit", "type", "null_rule", "known_at", "source"):
            if not getattr(self, field).strip():
                message = f"{field} is empty"
                raise ValueError(message)
        if self.family == "generic" and not self.measure.strip():
            message = "a generic metric says by which measure it is asked for"
            raise ValueError(message)
        chosen = any("value" in choice.values for choices in self.choices.values() for choice in choices.values())
        if self.statistic_of is None and not self.is_standing and not (self.states and (self.value.strip() or chosen)):
            message = "a metric has states and a value, or statistic_of"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _looks_at_selected_trades(self) -> Metric:
        """Refuse a look at another trade's own columns; what ``derived`` names is null for trades of another side."""
        if unnamed := [
            name
            for name, text in self.derived.items()
            if looks_around(text) and not any(_reads(text, other) for other in self.derived)
        ]:
            message = (
                f"derived.{unnamed[0]} looks at another trade, of which it can read only what derived names before"
            )
            raise ValueError(message)
        return self

    def column_for(self, side: str) -> str:
        """Return the name of the output column for a side."""
        pattern = self.column_total if side == "Total" and self.column_total else self.column
        return pattern.replace("{side}", side)


def looks_around(text: str) -> bool:
    """Tell whether a derived value is computed from the trade before or after."""
    return _NEIGHBOUR.search(text) is not None


def _reads(text: str, variable: str) -> bool:
    return f"{{{{ {variable} }}}}" in text
