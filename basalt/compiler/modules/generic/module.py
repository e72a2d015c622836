"""Plans a ``generic`` pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from basalt.compiler.buckets import BucketContract
from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.indicators import Indicator, resolve_indicators
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.modules.generic.aggregation import AggregatedColumn, aggregate
from basalt.compiler.modules.generic.bars import Bars, read_bars
from basalt.compiler.modules.generic.lineage import computed_column, row_rules
from basalt.compiler.modules.generic.reference import MAPPED, ReferenceJoin
from basalt.compiler.plan import Check, Inputs, Relations, Step, in_message
from basalt.compiler.scans import uses_reference
from basalt.compiler.select import add_columns, pass_sql, select
from basalt.compiler.sql import Fragment, Identifier, Literal, compose
from basalt.compiler.templates import render
from basalt.configuration import AnalyticsConfig, GenericAnalyticsConfig, PassConfig
from basalt.configuration.base import duplicates
from basalt.configuration.buckets import parse_origin, parse_rule
from basalt.errors import (
    BasaltError,
    BindingError,
    CompileError,
    DuplicateColumnError,
    Problem,
    UnknownColumnError,
    listing,
    nearest,
)

_TIME = "TimeBucket"


@dataclass(frozen=True)
class WorkingColumns:
    """The columns a pass adds on its way, under names that nothing it reads has."""

    bucket: str
    bar_start: str
    bar_date: str

    @classmethod
    def beside(cls, names: Iterable[str]) -> WorkingColumns:
        """Return names unlike those of a pass's own columns."""
        taken = {name.casefold() for name in names}
        return cls(*(_free(name, taken) for name in ("bucket", "bar_start", "bar_date")))


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)


class GenericModule:
    """Joins, regroups, resamples, aggregates and adds indicators."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read: its source if that is a table, and ``reference``."""
        analytics = _analytics(config)
        passes = {each.name for each in pipeline.PASSES}
        source = () if analytics.source_pass in passes else (analytics.source_pass,)
        wants_reference = "reference" in pipeline.TABLES or _names_reference(analytics) or uses_reference(pipeline)
        return (*source, "reference") if wants_reference else source

    def plan(self, config: PassConfig, inputs: Inputs) -> GenericPass:
        """Return the plan of the pass.

        Raises UnknownColumnError for columns the source lacks, CompileError for what has no meaning.
        """
        bars = read_bars(config, inputs)
        planned = GenericPass(config, inputs, bars)
        _check_columns(planned)
        _check_grid(planned)
        _check_dates(planned)
        planned = replace(planned, aggregated=_aggregated(planned))
        return replace(planned, indicators=planned.resolve_indicators())


def _analytics(config: PassConfig) -> GenericAnalyticsConfig:
    assert config.generic_analytics is not None  # noqa: S101 - PassConfig sees to it
    return config.generic_analytics


def _names_reference(analytics: GenericAnalyticsConfig) -> bool:
    """Tell whether a row is keyed by anything but the listing, which may have to be looked up."""
    return bool(set(analytics.group_by) - {"ListingId", _TIME})


def _check_columns(planned: GenericPass) -> None:
    """Raise UnknownColumnError for every column that is named but is not there."""
    bars, analytics, place = planned.bars, planned.analytics, f"pass {planned.config.name}"
    problems = []
    reference = planned.inputs.tables.get("reference")
    for name in planned.analytics.group_by:
        if name not in bars.columns and name not in (reference or ()):
            known = [*bars.columns, *(reference.columns if reference else ())]
            message = f"{bars.name} has no column {name!r}" + (", nor has reference" if reference else "")
            problems.append(Problem(message, f"{place}: group_by", _hint(name, known)))
    for name in analytics.aggregations or ():
        if name not in bars.columns:
            message = f"{bars.name} has no column {name!r}; it has {listing(bars.columns)}"
            problems.append(Problem(message, f"{place}: aggregations.{name}", nearest(name, bars.columns)))
    if problems:
        raise UnknownColumnError(problems)
    if planned.looked_up and "ListingId" not in bars.columns:
        message = f"{listing(planned.looked_up)} is looked up by ListingId, which {bars.name} does not have"
        raise UnknownColumnError(message, place=f"{place}: group_by")
    if repeated := duplicates([*analytics.group_by, *(analytics.aggregations or ())]):
        message = f"{listing(repeated)} is in group_by and in aggregations"
        raise DuplicateColumnError(message, place=place)


def _hint(name: str, known: list[str]) -> str:
    return nearest(name, known) or f"there are {listing(known)}"


def _check_grid(planned: GenericPass) -> None:
    """Refuse buckets that are not made of whole ones of the source."""
    place, source, target = f"pass {planned.config.name}", planned.bars.contract, planned.contract
    if target is None:
        if planned.analytics.talib_indicators:
            message = "indicators need TimeBucket in group_by: a series has a time"
            raise CompileError(message, place=place)
        return
    assert source is not None  # noqa: S101 - group_by names TimeBucket, and the source has it
    if target.width % source.width:
        message = (
            f"resample_rule {planned.analytics.resample_rule} is not a multiple of the source's {source.seconds} s"
        )
        raise CompileError(
            message, place=place, suggestion="choose a multiple, or narrower buckets in the earlier pass"
        )
    if (target.origin - source.origin) % source.width:
        message = f"time_bucket_origin does not fall on an edge of the source's {source.seconds} s buckets"
        raise CompileError(message, place=place)


def _check_dates(planned: GenericPass) -> None:
    if planned.join is not None and planned.join.is_dated and planned.bars.contract is None:
        message = f"reference has dates, but {planned.bars.name} has no TimeBucket to look them up by"
        raise BindingError(message, place=f"pass {planned.config.name}: group_by")


def _aggregated(planned: GenericPass) -> tuple[AggregatedColumn, ...]:
    """Return the aggregated columns; raises the errors of all that cannot be aggregated as asked, in one."""
    columns: list[AggregatedColumn] = []
    found: list[tuple[type[BasaltError], Problem]] = []
    for name, method in (planned.analytics.aggregations or {}).items():
        try:
            columns.append(aggregate(name, method, planned.bars, planned.keys))
        except BasaltError as error:
            place = f"pass {planned.config.name}: aggregations.{name}"
            found += [(type(error), Problem(each.message, place, each.suggestion)) for each in error.problems]
    if found:
        raise found[0][0](problem for _, problem in found)
    return tuple(columns)


@dataclass(frozen=True)
class GenericPass:
    """A generic pass, planned."""

    config: PassConfig
    inputs: Inputs
    bars: Bars
    aggregated: tuple[AggregatedColumn, ...] = ()
    indicators: tuple[Indicator, ...] = ()

    @property
    def analytics(self) -> GenericAnalyticsConfig:
        """What the pass was asked for."""
        return _analytics(self.config)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return tuple(self.analytics.group_by)

    @cached_property
    def contract(self) -> BucketContract | None:
        """The buckets of the rows: the source's, made wider; None when rows have no TimeBucket."""
        source = self.bars.contract
        if _TIME not in self.keys or source is None:
            return None
        rule, origin = self.analytics.resample_rule, self.config.time_bucket_origin
        return replace(
            source,
            width=parse_rule(rule) if rule else source.width,
            anchor=self.config.time_bucket_anchor or source.anchor,
            origin=parse_origin(origin) if origin else source.origin,
        )

    @property
    def looked_up(self) -> tuple[str, ...]:
        """The group keys that come from ``reference``."""
        return tuple(name for name in self.keys if name not in self.bars.columns)

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        own = (self.bars.name,) if self.bars.table is not None else ()
        universe = self.inputs.config.UNIVERSE
        by_universe = universe is not None and self.bars.table is not None and bool(set(universe.where) - set(own))
        uses = self.looked_up or (by_universe and "reference" in self.inputs.tables)
        return (*own, "reference") if uses else own

    @property
    def event_column(self) -> str | None:
        """No column: what is read are bars, not events."""
        return None

    @property
    def source_pass(self) -> str | None:
        """The pass that is read, if it is one."""
        return None if self.bars.table is not None else self.bars.name

    @cached_property
    def join(self) -> ReferenceJoin | None:
        """How group keys that the bars lack are looked up; None where there are none."""
        if not self.looked_up:
            return None
        return ReferenceJoin(self.inputs.tables["reference"], self.looked_up, self._working.bar_date)

    @cached_property
    def _working(self) -> WorkingColumns:
        return WorkingColumns.beside([*self.bars.columns, *self.bars.hidden, *self.keys])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the aggregations."""
        return tuple(f"pass {self.config.name}: {each.warning}" for each in self.aggregated if each.warning)

    @property
    def _passes_through(self) -> bool:
        return self.analytics.aggregations is None

    @cached_property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns: keys in the order of group_by, then the aggregated ones, without indicators."""
        keys = tuple(self._key(name) for name in self.keys)
        if self._passes_through:
            return (*keys, *(column for name, column in self.bars.columns.items() if name not in self.keys))
        return (*keys, *(each.column for each in self.aggregated))

    def _key(self, name: str) -> BoundColumn:
        if name == _TIME and self.contract is not None:
            return key_column(name, self.contract.describe(), "UTC")
        return key_column(name, f"{name} from reference" if name in self.looked_up else name)

    def resolve_indicators(self) -> tuple[Indicator, ...]:
        """Return the pass's indicators.

        Raises IndicatorConfigError with every mistake, DuplicateColumnError when an output takes a name twice.
        """
        available = {column.name: column.name for column in self.columns}
        place = f"pass {self.config.name}"
        found = resolve_indicators(self.analytics.talib_indicators, available, place)
        outputs = [output.column for indicator in found for output in indicator.outputs]
        if repeated := duplicates([*available, *self.hidden, *outputs]):
            message = f"{listing(repeated)} would be there twice"
            raise DuplicateColumnError(message, place=f"{place}: talib_indicators", suggestion="set output_col")
        return found

    @cached_property
    def _hidden_items(self) -> dict[str, SelectItem]:
        if self._passes_through:
            return {name: SelectItem.column(name) for name in self.bars.hidden}
        return {name: item for each in self.aggregated for name, item in each.hidden.items()}

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return tuple(self._hidden_items)

    def needs(self, hidden: frozenset[str]) -> frozenset[str]:
        """Return the state columns of the source that are read when ``hidden`` ones of this pass are wanted."""
        available = frozenset(self.bars.hidden)
        if self._passes_through:
            return hidden & available
        reads = {column for each in self.aggregated for column in each.reads}
        return frozenset(reads) & available

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from the source's rows to the result."""
        steps = self._reading(relations, hidden)
        if self._passes_through:
            return [*steps, self._passed_on(steps[-1].name, hidden)]
        return [*steps, self._grouped(steps[-1].name, hidden), self._result(hidden)]

    def _reading(self, relations: Relations, hidden: frozenset[str]) -> list[Step]:
        steps = [self._bars(hidden, relations)]
        if self._uses_time:
            steps.append(self._placed())
        if self.join is not None:
            steps += self.join.steps(steps[-1].name, relations)
        return steps

    def _kept(self, hidden: frozenset[str]) -> list[str]:
        """Return the source's columns that are read, in its order."""
        if self._passes_through:
            wanted = {*self.bars.columns, *hidden}
        else:
            wanted = {*self.keys, *(column for each in self.aggregated for column in each.reads)}
        if self.looked_up:
            wanted.add("ListingId")
        if self._is_regridded and not self._passes_through:
            wanted -= set() if self._orders_by_time else {_TIME}
        return [name for name in (*self.bars.columns, *self.bars.hidden) if name in wanted]

    @property
    def _orders_by_time(self) -> bool:
        return any(_TIME in each.reads for each in self.aggregated)

    @property
    def _is_regridded(self) -> bool:
        """Whether labels change, so that buckets are computed anew."""
        return self.contract is not None and self.contract != self.bars.contract

    @property
    def _uses_time(self) -> bool:
        """Whether something is computed from a bar's time: its new bucket, or its date."""
        return self._is_regridded or (self.join is not None and self.join.is_dated)

    def _bars(self, hidden: frozenset[str], relations: Relations) -> Step:
        items = [SelectItem(self.bars.expression(name), name) for name in self._kept(hidden)]
        if self._uses_time and self.bars.contract is not None:
            items.append(SelectItem(self._bar_start(self.bars.contract), self._working.bar_start))
        body = select(items, relations[self.bars.name], where=self.bars.conditions(self.inputs, relations))
        return Step("source_bars", body, f"the rows of {self.bars.name}")

    def _bar_start(self, source: BucketContract) -> Fragment:
        label = compose("epoch_ns({})", self.bars.expression(_TIME))
        return compose("{} - {}", label, source.width) if source.label_shift else label

    def _placed(self) -> Step:
        """Add what is computed from a bar's start."""
        items: list[SelectItem] = []
        comment = "each bar with its date"
        start = Identifier(self._working.bar_start)
        if self._is_regridded and self.contract is not None:
            origin = self.contract.origin
            moment = compose("({} - {})", start, Literal(origin)) if origin else start
            bucket = render("expressions/bucket_left", moment=moment, width=self.contract.width)
            items.append(SelectItem(bucket, self._working.bucket))
            comment = f"each bar in the bucket that contains it: {self.contract.describe()}"
        if self.join is not None and self.join.is_dated:
            items.append(SelectItem(compose("CAST(make_timestamp_ns({}) AS DATE)", start), self._working.bar_date))
        return Step("bucketed_bars", add_columns("source_bars", items), comment)

    def _grouped(self, source: str, hidden: frozenset[str]) -> Step:
        by = [self._working.bucket if name == _TIME and self._is_regridded else name for name in self.keys]
        items = [SelectItem.column(name) for name in by]
        items += [item for each in self.aggregated for item in each.grouped]
        for each in self.aggregated:
            grouped = {item.name for item in each.grouped}
            items += [item for name, item in each.hidden.items() if name in hidden and name not in grouped]
        body = select(items, Identifier(source), group_by=by)
        return Step("grouped_bars", body, f"one row per {', '.join(self.keys)}")

    def _result(self, hidden: frozenset[str]) -> Step:
        items = [self._key_item(name) for name in self.keys]
        items += [SelectItem(each.value, each.column.name) for each in self.aggregated]
        items += [SelectItem.column(name) for name in self._hidden_items if name in hidden]
        return _final(items, "grouped_bars")

    def _key_item(self, name: str) -> SelectItem:
        if name == _TIME and self._is_regridded and self.contract is not None:
            return SelectItem(time_bucket(self.contract, self._working.bucket), _TIME)
        return SelectItem.column(name)

    def _passed_on(self, source: str, hidden: frozenset[str]) -> Step:
        items = [
            self._key_item(column.name) if column.name == _TIME else SelectItem.column(column.name)
            for column in self.columns
        ]
        items += [SelectItem.column(name) for name in self._hidden_items if name in hidden]
        return _final(items, source)

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        return computed_column(
            self, column, next((each for each in self.aggregated if each.column.name == column), None)
        )

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        return row_rules(self, relations)

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the check that the reference has one row per listing and time."""
        return [] if self.join is None else [self.join.refusal(relations)]

    def cautions(self, relations: Relations) -> list[Check]:
        """Return the count of listings without a reference row."""
        if self.join is None:
            return []
        steps = self._reading(relations, frozenset())
        nothing = compose("{} IS NULL", Identifier(self.looked_up[0]))
        body = select(compose("count(DISTINCT ListingId)"), Identifier(MAPPED), where=[nothing])
        query = pass_sql("listings without reference data", [*steps, Step("result", body, "how many")])
        column = in_message(self.looked_up[0])
        message = f"pass {self.config.name}: {{count}} listings have no {column} in reference; their key is null"
        return [Check(query, message, when=nothing)]


def _final(items: list[SelectItem], source: str) -> Step:
    return Step("result", select(items, Identifier(source)), "the result")
