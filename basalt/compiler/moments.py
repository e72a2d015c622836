"""Moments as SQL: event times as integer nanoseconds, and literals that let DuckDB skip what lies outside a range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from basalt.compiler.day_range import Moment, MovingMoment
from basalt.compiler.sql import Fragment, Literal, Sql, compose
from basalt.compiler.types import is_integer, is_timestamp
from basalt.configuration.buckets import NANOSECONDS, Closed

_NS_RANGE = (-9_223_286_400_000_000_000, 2**63 - 2)
"""What TIMESTAMP_NS can be in every version of DuckDB: 1677-09-22 to 2262-04-11."""
_US_RANGE = (-62_135_596_800_000_000, 253_402_300_799_999_999)
"""The years 1 to 9999 in microseconds."""


def nanoseconds(expression: Sql, type_: str) -> Fragment:
    """Return an event time as BIGINT nanoseconds since the epoch; integers are taken to be that already."""
    if is_timestamp(type_):
        return compose("epoch_ns({})", expression)
    return compose("{}", expression) if type_ == "BIGINT" else compose("CAST({} AS BIGINT)", expression)


def within(expression: Sql, type_: str, bounds: tuple[Moment | None, Moment | None], closed: Closed) -> list[Fragment]:
    """Return the conditions that an event time lies within ``bounds``, edges of buckets that are closed on one side.

    The time is compared in its own type, so that files and row groups outside the range are not read. A bound beyond
    what the type can be is taken as the furthest it can.
    """
    operators = (">", "<=") if closed == "right" else (">=", "<")
    return [
        limited(compose("{} " + operator + " {}", expression, _moment(bound, type_, closed)), bound)
        for operator, bound in zip(operators, bounds, strict=True)
        if bound is not None
    ]


def limited(condition: Fragment, bound: Moment) -> Fragment:
    """Return a condition that a bound makes; one that is a parameter may be left open."""
    return bound.parameter.limits(condition) if isinstance(bound, MovingMoment) else condition


def _moment(moment: Moment, type_: str, closed: Closed) -> Sql:
    return _moving(moment, type_, closed) if isinstance(moment, MovingMoment) else _fixed(moment, type_, closed)


def _moving(moment: MovingMoment, type_: str, closed: Closed) -> Sql:
    if is_integer(type_):
        return moment.nanoseconds()
    if type_ == "TIMESTAMP_NS":
        return moment.timestamp_ns()
    timestamp = moment.timestamp(is_rounded_up=closed == "left")
    return compose("{} AT TIME ZONE 'UTC'", timestamp) if type_ == "TIMESTAMP WITH TIME ZONE" else timestamp


def _fixed(moment: int, type_: str, closed: Closed) -> Sql:
    if is_integer(type_):
        return Literal(moment)
    if type_ == "TIMESTAMP_NS":
        whole, rest = divmod(_clamped(moment, _NS_RANGE), NANOSECONDS)
        return compose("TIMESTAMP_NS {}", Literal(f"{_utc(whole * 1_000_000):%Y-%m-%d %H:%M:%S}.{rest:09d}"))
    # x > m holds for whole microseconds just when x > floor(m), x >= m just when x >= ceil(m)
    microseconds = moment // 1000 if closed == "right" else -(-moment // 1000)
    text = _utc(_clamped(microseconds, _US_RANGE)).isoformat(sep=" ")
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return compose("TIMESTAMPTZ {}", Literal(f"{text}+00"))
    return compose("TIMESTAMP {}", Literal(text))


def _clamped(moment: int, limits: tuple[int, int]) -> int:
    return min(max(moment, limits[0]), limits[1])


def _utc(microseconds: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).replace(tzinfo=None)


def is_event_time(type_: str) -> bool:
    """Tell whether a type can be an event time: a timestamp, or integer nanoseconds."""
    return is_timestamp(type_) or type_ in {"BIGINT", "UBIGINT"}
