"""A dense timeline: rows for every bucket, what is empty filled by the kind of each column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from basalt.compiler.buckets import BucketContract
from basalt.compiler.columns import BoundColumn
from basalt.compiler.events import EventTable
from basalt.compiler.indicators import Indicator
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.plan import Check, Inputs, Module, PlannedPass, Relations, Step
from basalt.compiler.select import Window, pass_sql, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.templates import render
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.buckets import NANOSECONDS, parse_origin
from basalt.errors import CompileError

_DAY = 86_400 * NANOSECONDS
_KEYS = ("ListingId", "TimeBucket")
_CARRIED = ("state", "label")
"""Kinds of columns that stay what they were while nothing happens."""
_ROWS, _TIMELINE, _LABELLED, _PLACED = "sparse_rows", "timeline", "labelled_buckets", "placed_buckets"


@dataclass(frozen=True)
class DenseModule:
    """A module whose rows are put on a dense timeline."""

    module: Module

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read."""
        return self.module.tables(config, pipeline)

    def plan(self, config: PassConfig, inputs: Inputs) -> DensePass:
        """Return the plan of the pass.

        Raises what the module raises, CompileError for rows that are not of a listing and a bucket of fixed width.
        """
        sparse = self.module.plan(config, inputs)
        contract = sparse.contract
        if set(sparse.keys) != set(_KEYS) or not isinstance(contract, BucketContract):
            message = "a dense timeline is of rows per ListingId and TimeBucket, all buckets of one width"
            raise CompileError(message, place=f"pass {config.name}: timeline_mode")
        interval = config.timeline_interval
        return DensePass(sparse, contract, None if interval is None else tuple(map(parse_origin, interval)))


@dataclass(frozen=True)
class DensePass:
    """A pass on a dense timeline.

    ``interval`` is from when to when in a day, in nanoseconds; None from the first row of a listing to its last one.
    """

    sparse: PlannedPass
    contract: BucketContract
    interval: tuple[int, ...] | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return self.sparse.keys

    @property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns."""
        return self.sparse.columns

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return self.sparse.hidden

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        return self.sparse.tables

    @property
    def source_passes(self) -> tuple[str, ...]:
        """The passes that are read."""
        return self.sparse.source_passes

    @property
    def events(self) -> tuple[EventTable, ...]:
        """The tables of events that are read."""
        return self.sparse.events

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Indicators that are computed on the rows afterwards."""
        return self.sparse.indicators

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers."""
        return self.sparse.warnings

    def needs(self, source: str, hidden: frozenset[str]) -> frozenset[str]:
        """Return the state columns of a pass that are read when ``hidden`` ones of this pass are wanted."""
        return self.sparse.needs(source, hidden)

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from the sparse rows to those of every bucket."""
        rows = pass_sql("buckets in which something happened", self.sparse.steps(hidden, relations))
        return [
            Step(_ROWS, rows, f"one row per {', '.join(_KEYS)}"),
            self._days(),
            self._timeline(),
            self._labelled(),
            self._placed(),
            self._filled(hidden),
        ]

    def _days(self) -> Step:
        """Return the days on which each listing has rows, with its first and its last bucket where these count."""
        label = compose("epoch_ns({})", Identifier("TimeBucket"))
        start = compose("({} - {})", label, self.contract.label_offset) if self.contract.label_offset else label
        day = render("expressions/bucket_left", moment=start, width=Literal(_DAY))
        items = [SelectItem.column("ListingId"), SelectItem(day, "day")]
        if self.interval is None:
            bucket = compose("{} // {}", self._from_origin(start), self.contract.width)
            items += [SelectItem(compose("min({})", bucket), "first_bucket")]
            items += [SelectItem(compose("max({}) + 1", bucket), "end_bucket")]
        body = select(items, Identifier(_ROWS), group_by=("ListingId", "day"))
        return Step("days", body, "the UTC days on which a listing has a row")

    def _from_origin(self, moment: Sql) -> Sql:
        origin = self.contract.origin
        return compose("({} - {})", moment, Literal(origin)) if origin else moment

    def _bounds(self) -> tuple[Sql, Sql]:
        """Return the first bucket of a day and the one after the last."""
        if self.interval is None:
            return Identifier("first_bucket"), Identifier("end_bucket")
        begin, end = (
            compose("(day * {} + {})", Literal(_DAY), Literal(time - self.contract.origin)) for time in self.interval
        )
        first = render("expressions/bucket_right", moment=begin, width=self.contract.width)
        return compose("{} + 1", first), render("expressions/bucket_left", moment=end, width=self.contract.width)

    def _timeline(self) -> Step:
        buckets = compose("unnest(range({}, {}))", *self._bounds())
        items = [*map(SelectItem.column, ("ListingId", "day")), SelectItem(buckets, "bucket")]
        return Step(_TIMELINE, select(items, Identifier("days")), "every bucket from the first to the last one")

    def _labelled(self) -> Step:
        items = [
            SelectItem.column("ListingId"),
            SelectItem.column("day"),
            SelectItem(time_bucket(self.contract), "TimeBucket"),
        ]
        return Step(_LABELLED, select(items, Identifier(_TIMELINE)), "the same by their labels")

    def _placed(self) -> Step:
        """Add to each bucket the last one up to it in which something happened."""
        own = [SelectItem(Identifier(_LABELLED, name), name) for name in _KEYS]
        happened = compose("last_value({} IGNORE NULLS) OVER so_far", Identifier(_ROWS, "TimeBucket"))
        keys = [Identifier(_LABELLED, name) for name in _KEYS]
        window = Window("so_far", compose("PARTITION BY {}, day ORDER BY {} ROWS UNBOUNDED PRECEDING", *keys))
        source = join([Identifier(_LABELLED), self._join(_LABELLED, "TimeBucket")], "\n")
        body = select([*own, SelectItem(happened, "happened")], source, window=window)
        return Step(_PLACED, body, "each bucket with the last one up to it, on the day, in which something happened")

    @staticmethod
    def _join(left: str, label: str) -> Fragment:
        on = [
            compose("{} IS NOT DISTINCT FROM {}", Identifier(left, "ListingId"), Identifier(_ROWS, "ListingId")),
            compose("{} = {}", Identifier(left, label), Identifier(_ROWS, "TimeBucket")),
        ]
        return render("shapes/left_join", right=Identifier(_ROWS), on=join(on, "\n AND "))

    def _filled(self, hidden: frozenset[str]) -> Step:
        items = [SelectItem(self._value(column), column.name) for column in self.columns]
        items += [SelectItem(self._hidden_value(name), name) for name in self.hidden if name in hidden]
        source = join([Identifier(_PLACED), self._join(_PLACED, "happened")], "\n")
        return Step("result", select(items, source), "every bucket; where nothing happened flows are 0 and states stay")

    @cached_property
    def _orders(self) -> frozenset[str]:
        """The hidden columns with the time and the sequence of what is carried, which are carried with it."""
        rules = [column.rule for column in self.columns if column.kind in _CARRIED and column.rule is not None]
        return frozenset(name for rule in rules for state in rule.states.values() for name in state.order)

    def _hidden_value(self, name: str) -> Sql:
        return Identifier(_ROWS, name) if name in self._orders else _if_it_happened(name)

    @staticmethod
    def _value(column: BoundColumn) -> Sql:
        if column.name in _KEYS:
            return Identifier(_PLACED, column.name)
        if column.kind in _CARRIED:
            return Identifier(_ROWS, column.name)
        value = _if_it_happened(column.name)
        return compose("coalesce({}, 0)", value) if column.kind == "flow" else value

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        return self.sparse.computed(column)

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        yield from self.sparse.row_rules(relations)

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the checks that must hold before the pass is run."""
        return self.sparse.refusals(relations)

    def cautions(self, relations: Relations) -> list[Check]:
        """Return the checks that warn after the pass was run."""
        return self.sparse.cautions(relations)


def _if_it_happened(name: str) -> Fragment:
    """Return a column in the bucket in which it was computed, null in those after it."""
    return compose("CASE WHEN happened = {} THEN {} END", Identifier(_PLACED, "TimeBucket"), Identifier(_ROWS, name))
