"""What each kind of check in a configuration means: the rules it stands for, one per column where it names some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from basalt.compiler.columns import Column
from basalt.compiler.modules.events.filters import check_value
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.types import is_float
from basalt.configuration.buckets import parse_rule
from basalt.configuration.quality import (
    AcceptedValuesCheck,
    BookNotCrossedCheck,
    CheckConfig,
    ConservedCheck,
    ExpectedColumnsCheck,
    FreshnessCheck,
    MonotonicTimeCheck,
    NoNanCheck,
    NotNullCheck,
    NullRateCheck,
    OhlcCheck,
    PreserveCheck,
    RangeCheck,
    RowCountCheck,
    UniqueCheck,
)
from basalt.errors import BindingError, listing
from basalt.quality.asked import TIME, CheckedPass
from basalt.quality.events import Events
from basalt.quality.model import Finding, Rule, Total
from basalt.quality.rules import (
    ColumnsRule,
    DailyRowsRule,
    FreshnessRule,
    RowCountRule,
    RowRule,
    SameGroupsRule,
    SameTotalRule,
    UniqueRule,
    row_count,
)

Rules = Iterator[tuple[str, Rule]]
"""What each rule is of, and the rule."""


def rules_of(checked: CheckedPass, asked: CheckConfig, place: str) -> Rules:
    """Yield the rules that a check stands for; ``place`` is where it was asked for.

    Raises UnknownColumnError for a column that there is not, BindingError for what it cannot be asked of.
    """
    yield from _KINDS[type(asked)](checked, asked, place)


def _row_rule(  # noqa: PLR0913 - what a rule of rows consists of
    checked: CheckedPass, kind: str, columns: tuple[str, ...], condition: Sql, message: str, *, share: float = 0.0
) -> RowRule:
    name = "_".join((kind, *columns))
    return RowRule(name, condition, checked.shown(*columns), message, checked.rows, share)


def _not_null(checked: CheckedPass, asked: NotNullCheck, place: str) -> Rules:
    for column in checked.named(asked.columns, place):
        condition = compose("{} IS NULL", Identifier(column.name))
        yield column.name, _row_rule(checked, "null", (column.name,), condition, f"{column.name} is null")


def _null_rate(checked: CheckedPass, asked: NullRateCheck, place: str) -> Rules:
    for column in checked.named(asked.columns, place):
        condition = compose("{} IS NULL", Identifier(column.name))
        message = f"{column.name} is null, which {asked.max:.4%} may be"
        yield column.name, _row_rule(checked, "null", (column.name,), condition, message, share=asked.max)


def _range(checked: CheckedPass, asked: RangeCheck, place: str) -> Rules:
    for column in checked.numbers(asked.columns, place):
        value = Identifier(column.name)
        bounds = [("<", asked.min), (">", asked.max)]
        outside = join(
            [compose("{} " + sign + " {}", value, Literal(bound)) for sign, bound in bounds if bound is not None],
            " OR ",
        )
        limits = " and ".join(
            f"{word} {bound:g}"
            for word, bound in (("at least", asked.min), ("at most", asked.max))
            if bound is not None
        )
        message = f"{column.name} is not a number {limits}"
        yield column.name, _row_rule(checked, "outside", (column.name,), _or_not_finite(column, outside), message)


def _or_not_finite(column: Column, condition: Sql) -> Sql:
    """Return the condition that a value is not finite, or meets another; see SourceTable.number for the CASE."""
    if not is_float(column.type):
        return condition
    value = Identifier(column.name)
    return compose("CASE WHEN isfinite({}) THEN {} ELSE {} IS NOT NULL END", value, condition, value)


def _no_nan(checked: CheckedPass, asked: NoNanCheck, place: str) -> Rules:
    names = checked.floats if asked.columns is None else asked.columns
    for column in checked.numbers(names, place):
        condition = _or_not_finite(column, Literal(value=False))
        message = f"{column.name} is NaN or infinite"
        yield column.name, _row_rule(checked, "not_finite", (column.name,), condition, message)


def _accepted_values(checked: CheckedPass, asked: AcceptedValuesCheck, place: str) -> Rules:
    for column in checked.named(asked.columns, place):
        for value in asked.values:
            check_value(column.type, column.name, value, place)
        accepted = join(Literal(value) for value in asked.values)
        condition = compose("{} NOT IN ({})", Identifier(column.name), accepted)
        message = f"{column.name} is none of {listing(map(str, asked.values), 10)}"
        yield column.name, _row_rule(checked, "not_accepted", (column.name,), condition, message)


def _unique(checked: CheckedPass, asked: UniqueCheck, place: str) -> Rules:
    columns = asked.columns or list(checked.compiled.keys)
    if not columns:
        message = f"pass {checked.name} has no keys; its rows are those of the table it reads"
        raise BindingError(message, place=place, suggestion="name the columns that should be unique")
    names = tuple(column.name for column in checked.named(columns, place))
    is_of_slices = TIME in names
    yield ", ".join(names), UniqueRule("_".join(("repeated", *names)), names, checked.rows, is_of_slices)


def _row_count(checked: CheckedPass, asked: RowCountCheck, place: str) -> Rules:
    if asked.per == "run":
        yield "rows", RowCountRule(checked.rows, asked.min, asked.max)
        return
    label = Identifier(checked.time(place))
    day = compose("CAST(make_timestamp_ns(epoch_ns({}) - {}) AS DATE)", label, checked.compiled.label_offset or 0)
    yield "rows of a day", DailyRowsRule("daily_rows", day, checked.rows, asked.min, asked.max)


def _freshness(checked: CheckedPass, asked: FreshnessCheck, place: str) -> Rules:
    time = checked.time(place)
    yield time, FreshnessRule("newest", time, checked.rows, parse_rule(asked.max_age), asked.max_age)


def _conserved(checked: CheckedPass, asked: ConservedCheck, place: str) -> Rules:
    columns = checked.numbers(asked.columns, place)
    sources = checked.source_columns([asked.source_column] if asked.source_column else asked.columns, place)
    for here, there in zip(columns, sources, strict=True):
        yield (
            here.name,
            SameTotalRule(
                here=Total(f"sum_{here.name}", compose("sum({})", Identifier(here.name)), checked.rows),
                there=Total(
                    f"source_sum_{there.name}", compose("sum({})", Identifier(there.name)), checked.source_rows(place)
                ),
                what=f"the sum of {here.name}",
                tolerance=asked.tolerance,
            ),
        )


def _ohlc(checked: CheckedPass, asked: OhlcCheck, place: str) -> Rules:
    names = (asked.open, asked.high, asked.low, asked.close)
    columns = tuple(column.name for column in checked.numbers(names, place))
    opened, high, low, closed = (Identifier(name) for name in columns)
    condition = compose(
        "{2} > {1} OR {0} < {2} OR {0} > {1} OR {3} < {2} OR {3} > {1}",
        opened,
        high,
        low,
        closed,
    )
    message = f"{asked.open} or {asked.close} is not between {asked.low} and {asked.high}"
    yield ", ".join(columns), _row_rule(checked, "ohlc", columns, condition, message)


def _book_not_crossed(checked: CheckedPass, asked: BookNotCrossedCheck, place: str) -> Rules:
    bid, ask = (column.name for column in checked.numbers((asked.bid, asked.ask), place))
    condition = compose("{} > {}", Identifier(bid), Identifier(ask))
    yield f"{bid}, {ask}", _row_rule(checked, "crossed", (bid, ask), condition, f"{bid} is above {ask}")


def _monotonic_time(checked: CheckedPass, asked: MonotonicTimeCheck, place: str) -> Rules:
    table = checked.event_table(asked.table, place)
    reading = checked.events(Events.backwards, table)
    shown = ("ListingId", "sequence", "event_time", "time_before")
    message = f"the event is earlier than the one before it by sequence in table {table}"
    yield table, RowRule("backwards", Fragment("event_time < time_before"), shown, message, reading)


def _preserve(checked: CheckedPass, asked: PreserveCheck, place: str) -> Rules:
    for what in asked.what:
        yield what, _PRESERVED[what](checked, place)


def _preserved_ids(checked: CheckedPass, place: str) -> Rule:
    if not checked.compiled.depends_on:
        events = checked.events(Events.listings, checked.event_table(None, place))
        return SameGroupsRule("ids", ("ListingId",), checked.rows, events)
    source = {column.name for column in checked.source_pass(place).columns}
    shared = tuple(key for key in checked.compiled.series_keys if key in source)
    if not shared:
        keys = listing(checked.compiled.series_keys) or "none"
        message = f"pass {checked.source_pass(place).name} has none of the groups of pass {checked.name} ({keys})"
        raise BindingError(message, place=place, suggestion="compare a column with conserved instead")
    return SameGroupsRule("ids", shared, checked.rows, checked.source_rows(place))


def _preserved_rows(checked: CheckedPass, place: str) -> Rule:
    there = row_count(checked.source_rows(place), "source_rows")
    return SameTotalRule(row_count(checked.rows), there, "the number of rows")


def _preserved_columns(checked: CheckedPass, place: str) -> Rule:
    lost = [column.name for column in checked.source_pass(place).columns if column.name not in checked.columns]
    message = f"of pass {checked.source_pass(place).name} it does not have {listing(lost)}"
    return ColumnsRule(Finding(len(lost), message) if lost else None)


_PRESERVED: dict[str, Callable[[CheckedPass, str], Rule]] = {
    "ids": _preserved_ids,
    "rows": _preserved_rows,
    "columns": _preserved_columns,
}


def _expected_columns(checked: CheckedPass, asked: ExpectedColumnsCheck, _place: str) -> Rules:
    lost = [name for name in asked.names if name not in checked.columns]
    others = [name for name in checked.columns if name not in asked.names] if asked.others == "refused" else []
    told = [f"it does not have {listing(lost)}"] if lost else []
    told += [f"it has {listing(others)} besides"] if others else []
    yield "columns", ColumnsRule(Finding(len(lost) + len(others), "; ".join(told)) if told else None)


_KINDS: dict[type[CheckConfig], Callable[[CheckedPass, Any, str], Rules]] = {
    NotNullCheck: _not_null,
    NullRateCheck: _null_rate,
    RangeCheck: _range,
    NoNanCheck: _no_nan,
    AcceptedValuesCheck: _accepted_values,
    UniqueCheck: _unique,
    RowCountCheck: _row_count,
    FreshnessCheck: _freshness,
    ConservedCheck: _conserved,
    OhlcCheck: _ohlc,
    BookNotCrossedCheck: _book_not_crossed,
    MonotonicTimeCheck: _monotonic_time,
    PreserveCheck: _preserve,
    ExpectedColumnsCheck: _expected_columns,
}
