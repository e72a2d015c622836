"""Postgres, from version 14 on: what of DuckDB's SQL it says in other words.

Integers beyond 64 bits are NUMERIC, which is exact. Where DuckDB's floating point gives an infinity, Postgres ends the
statement with an error: division by zero, a value out of range.
"""

from __future__ import annotations

from sqlglot import exp

from basalt.dialects import postgres_rows as rows
from basalt.dialects import postgres_values as values
from basalt.dialects.dialect import Dialect

POSTGRES = Dialect(
    name="postgres",
    title="Postgres",
    modules=frozenset(("trade", "generic")),
    same=frozenset(
        (
            *(exp.Select, exp.With, exp.CTE, exp.From, exp.Table, exp.TableAlias, exp.Where, exp.Group, exp.Order),
            *(exp.Ordered, exp.Alias, exp.Distinct, exp.WindowSpec, exp.DataType, exp.Paren, exp.Tuple, exp.PropertyEQ),
            *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Is),
            *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Null, exp.Boolean, exp.Case, exp.If, exp.Coalesce, exp.Nullif),
            *(exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Neg, exp.Abs, exp.Pi, exp.Pow, exp.Least, exp.Greatest),
            *(exp.Sum, exp.Count, exp.Min, exp.Max, exp.Lag, exp.Lead, exp.Array),
        )
    ),
    lowerings={
        exp.Identifier: values.name,
        exp.Column: values.column,
        exp.Literal: values.literal,
        exp.Div: values.division,
        exp.IntDiv: values.whole_division,
        exp.Ln: values.floating,
        exp.Sqrt: values.floating,
        exp.Avg: values.floating,
        exp.StddevSamp: values.floating,
        exp.CovarSamp: values.floating,
        exp.IsNan: values.is_nan,
        exp.Round: values.rounded,
        exp.Cast: values.cast,
        exp.UnixToTime: values.moment,
        exp.BitwiseLeftShift: values.left_shift,
        exp.BitwiseRightShift: values.right_shift,
        exp.BitwiseAnd: values.lowest_bits,
        exp.Contains: values.contains,
        exp.Bracket: values.element,
        exp.Star: values.star,
        exp.Struct: values.order_of_rows,
        exp.AnyValue: rows.any_value,
        exp.ArgMax: rows.ordered_value,
        exp.ArgMin: rows.ordered_value,
        exp.Filter: rows.filtered,
        exp.Window: rows.window,
        exp.IgnoreNulls: rows.skipping_nulls,
        exp.Median: rows.median,
        exp.PercentileCont: rows.quantiles,
        exp.RegrSlope: rows.slope,
        exp.Join: rows.join,
    },
    functions={"isfinite": values.is_finite, "epoch_ns": values.epoch_nanoseconds, "hash": values.fingerprint},
    cautions={
        "hash": "which of the events that share time and sequence number comes first is decided by a hash of their "
        "values, and Postgres hashes otherwise than DuckDB: number events apart for first and last to agree"
    },
)
