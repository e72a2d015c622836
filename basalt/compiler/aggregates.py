"""Each aggregate a state can be: how it is built from rows, and how states of finer groups merge.

This is the short list that differs between SQL engines; sums add, counts add, extremes repeat, and first and last
carry the order they were taken by.
"""

from __future__ import annotations

from basalt.compiler.sql import Fragment, Sql, compose

_BUILD = {
    "sum": "sum({of})",
    "count": "count({of})",
    "min": "min({of})",
    "max": "max({of})",
    "first": "arg_min({of}, {order})",
    "last": "arg_max({of}, {order})",
    "latest": "arg_max_null({of}, {order})",
    "median": "median({of})",
    "stddev": "stddev_samp({of})",
    "covariance": "covar_samp({of}, {argument})",
    "slope": "regr_slope({of}, {argument})",
    "quantiles": "quantile_cont({of}, {argument})",
}
_MERGE = {**_BUILD, "count": "sum({of})"}
_EXTREME_OF_ORDER = {"first": "min", "last": "max", "latest": "max"}

ORDERED = frozenset(_EXTREME_OF_ORDER)
"""Aggregates that need an order of rows."""


def build(
    aggregate: str, of: Sql, order: Sql | None = None, where: Sql | None = None, argument: Sql | None = None
) -> Fragment:
    """Return the aggregate over rows for which ``where`` holds.

    ``order`` is needed by first and last; ``argument`` by covariance and slope, the other variable, and by quantiles,
    the list of fractions.
    """
    return _call(_BUILD[aggregate], _where(of, where), order, argument)


def merge(aggregate: str, of: Sql, order: Sql | None = None, where: Sql | None = None) -> Fragment:
    """Return the aggregate of the union of groups from their states; ``order`` is the order each state was taken by."""
    merged = _filtered(_MERGE[aggregate], of, order, where)
    return compose("CAST({} AS BIGINT)", merged) if aggregate == "count" else merged  # DuckDB sums BIGINT to HUGEINT


def order_of(aggregate: str, order: Sql, where: Sql | None) -> Fragment:
    """Return the order by which a first or last was taken, over rows for which ``where`` holds."""
    return _call(_EXTREME_OF_ORDER[aggregate] + "({of})", _where(order, where), None)


def _where(of: Sql, where: Sql | None) -> Sql:
    """Return a value for the rows that count and null, which aggregates skip, for the rest: quicker than FILTER."""
    if where is None:
        return of
    return compose("CASE WHEN {} THEN {} END", where, Fragment("1") if of.text == "*" else of)


def _filtered(pattern: str, of: Sql, order: Sql | None, where: Sql | None) -> Fragment:
    call = _call(pattern, of, order)
    return call if where is None else compose("{} FILTER (WHERE {})", call, where)


def _call(pattern: str, of: Sql, order: Sql | None, argument: Sql | None = None) -> Fragment:
    if ("{order}" in pattern and order is None) or ("{argument}" in pattern and argument is None):
        message = f"{pattern} needs an order or an argument"
        raise ValueError(message)
    return Fragment(pattern.format(of=of, order=order, argument=argument))
