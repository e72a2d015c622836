"""What a generic pass reads: an earlier pass, or a table of bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.calendars import Buckets
from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.moments import within
from basalt.compiler.plan import Inputs, Relations
from basalt.compiler.scans import universe_conditions
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Identifier, Sql, compose
from basalt.compiler.types import is_float, is_timestamp
from basalt.configuration import GenericAnalyticsConfig, PassConfig, TableConfig
from basalt.configuration.buckets import parse_origin, seconds_to_nanoseconds
from basalt.errors import BindingError

_DEFAULT_SECONDS = 60


@dataclass(frozen=True)
class Bars:
    """Rows on a grid of buckets: their columns, their types (hidden ones included), and their contract.

    ``contract`` is None when the rows have no ``TimeBucket``. ``table`` is set when they come from a table.
    """

    name: str
    columns: Mapping[str, BoundColumn]
    types: Mapping[str, str]
    contract: Buckets | None
    hidden: tuple[str, ...] = ()
    table: SourceTable | None = None

    def expression(self, column: str) -> Sql:
        """Return a column as SQL; NaN of a vendor's bars is null."""
        if self.table is None:
            return Identifier(column)
        raw = self.table.columns[column]
        if not is_float(self.types[column]):
            return raw
        return compose("CASE WHEN {} IS DISTINCT FROM 'NaN' THEN {} END", raw, raw)  # see SourceTable.number

    def conditions(self, inputs: Inputs, relations: Relations) -> list[Sql | None]:
        """Return the conditions on the scan; a pass has already been restricted to dates and universe."""
        if self.table is None:
            return []
        dates: list[Sql | None] = []
        if isinstance(self.contract, BucketContract):
            shift = self.contract.label_shift * self.contract.width
            edges = self.contract.event_bounds(inputs.days)
            bounds = tuple(None if edge is None else edge + shift for edge in edges)
            time = self.table.columns["TimeBucket"]
            dates += within(time, self.types["TimeBucket"], (bounds[0], bounds[1]), "left")
        return [self.table.filter, *dates, *universe_conditions(self.table, inputs, relations)]


def analytics_of(config: PassConfig) -> GenericAnalyticsConfig:
    """Return what a generic pass is asked for."""
    assert config.generic_analytics is not None  # noqa: S101 - PassConfig sees to it
    return config.generic_analytics


def read_bars(config: PassConfig, inputs: Inputs) -> Bars:
    """Return what the pass reads.

    Raises BindingError when the pass's own ``time_bucket_*`` contradict what is read.
    """
    name = analytics_of(config).source_pass
    if name in inputs.passes:
        planned = inputs.passes[name]
        columns = {column.name: column for column in planned.columns}
        columns |= {each.column: _indicator_column(each.column) for step in planned.indicators for each in step.outputs}
        bars = Bars(name, columns, inputs.types[name], planned.contract, planned.hidden)
        _check_contract(config, bars)
        return bars
    table = inputs.tables[name]
    columns = {
        column: key_column(column, column) if column in _KEYS else BoundColumn(column, title=column)
        for column in table.columns
    }
    contract = stated_contract(config, table, inputs.config.TABLES.get(name))
    return Bars(name, columns, table.types, contract, table=table)


_KEYS = ("ListingId", "InstrumentId", "TimeBucket", "MIC", "Ticker", "MarketState")


def _indicator_column(name: str) -> BoundColumn:
    return BoundColumn(name, kind="ratio", refusal="an indicator depends on the series it was computed on")


def stated_contract(config: PassConfig, table: SourceTable, stated: TableConfig | None) -> BucketContract | None:
    """Return a table's contract: what its entry in TABLES states, else what the pass says."""
    if "TimeBucket" not in table:
        return None
    if not is_timestamp(table.types["TimeBucket"]):
        message = f"TimeBucket must be a timestamp, it is {table.types['TimeBucket']}"
        raise BindingError(message, place=f"TABLES.{table.name}.columns.TimeBucket")
    said = stated or TableConfig(table=table.name)
    origin = said.time_bucket_origin or config.time_bucket_origin
    return BucketContract(
        width=seconds_to_nanoseconds(said.time_bucket_seconds or config.time_bucket_seconds or _DEFAULT_SECONDS),
        anchor=said.time_bucket_anchor or config.time_bucket_anchor or "end",
        closed=said.time_bucket_closed or config.time_bucket_closed or "right",
        origin=parse_origin(origin) if origin else 0,
    )


def _buckets(contract: Buckets) -> str:
    return f"buckets of {contract.seconds} s" if isinstance(contract, BucketContract) else contract.describe()


def _check_contract(config: PassConfig, bars: Bars) -> None:
    """Refuse a width or a closed end that is not the source's: bars cannot be cut."""
    contract = bars.contract
    if contract is None:
        return
    given = config.time_bucket_seconds
    width = contract.width if isinstance(contract, BucketContract) else None
    if given is not None and seconds_to_nanoseconds(given) != width:
        message = f"time_bucket_seconds is {given:g}, but {bars.name} has {_buckets(contract)}"
        hint = f"leave it out, or resample with resample_rule: {given:g}s"
        raise BindingError(message, place=f"pass {config.name}", suggestion=hint)
    if config.time_bucket_closed not in (None, contract.closed):
        message = f"time_bucket_closed is {config.time_bucket_closed}, but {bars.name} is closed {contract.closed}"
        raise BindingError(message, place=f"pass {config.name}", suggestion="set it on the pass that reads the events")
