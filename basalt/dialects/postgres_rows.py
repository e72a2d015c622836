"""What Postgres says of several rows in other words: aggregates, windows, joins."""

from __future__ import annotations

from sqlglot import exp

from basalt.dialects.dialect import refuse
from basalt.dialects.postgres_template import filled
from basalt.dialects.scope import Scope


def any_value(node: exp.Expr, _: Scope) -> exp.Expr:
    """Any will do, so the least does."""
    return exp.Min(this=node.this.copy())


def ordered_value(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Return the value at the least or greatest key; one with a FILTER is said together with that."""
    return node if isinstance(node.parent, exp.Filter) else _first_of(node, None, scope)


def filtered(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Filter aggregates, as DuckDB does."""
    if isinstance(node.this, (exp.ArgMax, exp.ArgMin)):
        return _first_of(node.this, node.expression.this, scope)
    if not isinstance(node.this, (exp.AggFunc, exp.WithinGroup)):
        refuse("Postgres filters plain aggregates only")
    return node


def _first_of(node: exp.Expr, condition: exp.Expr | None, _: Scope) -> exp.Expr:
    """Return the value at the least or greatest key: the first of all, in order. Nulls are greatest in both engines."""
    value, key = node.this, node.expression
    keys = key.expressions if isinstance(key, exp.Tuple) else [key]
    is_last = isinstance(node, exp.ArgMax)
    order = exp.Order(
        this=value.copy(),
        expressions=[exp.Ordered(this=each.copy(), desc=is_last, nulls_first=is_last) for each in keys],
    )
    given = [value] if isinstance(key, exp.Tuple) else [value, key]
    terms = [exp.Not(this=exp.Is(this=each.copy(), expression=exp.Null())) for each in given]
    where = exp.Where(this=exp.and_(*terms, *([condition.copy()] if condition is not None else [])))
    listed = exp.Filter(this=exp.Anonymous(this="array_agg", expressions=[order]), expression=where)
    return _element(listed, exp.Literal.number(1))


def _element(array: exp.Expr, index: exp.Expr) -> exp.Expr:
    return exp.Bracket(this=exp.paren(array), expressions=[index], offset=1)


def window(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Say lag and lead that skip nulls, which Postgres's do not."""
    if not isinstance(node.this, exp.IgnoreNulls):
        return node
    function = node.this.this
    if not isinstance(function, (exp.Lag, exp.Lead)) or function.args.get("offset") or "alias" not in node.args:
        refuse("only lag and lead by one row of a named window skip nulls")
    return _next_given(function, node.args["alias"], scope)


def _next_given(function: exp.Expr, window: exp.Expr, _: Scope) -> exp.Expr:
    """Return the value that is not null before or after a row: of all of the window, by how many come before it."""
    value = function.this
    last = "1 PRECEDING" if isinstance(function, exp.Lag) else "CURRENT ROW"
    everything = _over(
        exp.Anonymous(this="array_agg", expressions=[value.copy()]), value, window, "UNBOUNDED FOLLOWING"
    )
    before = _over(exp.Count(this=value.copy()), None, window, last)
    if isinstance(function, exp.Lead):
        before = exp.Add(this=before, expression=exp.Literal.number(1))
    return _element(everything, before)


def _over(aggregate: exp.Expr, given: exp.Expr | None, window: exp.Expr, last: str) -> exp.Expr:
    if given is not None:
        is_given = exp.Not(this=exp.Is(this=given.copy(), expression=exp.Null()))
        aggregate = exp.Filter(this=aggregate, expression=exp.Where(this=is_given))
    end, _, side = last.rpartition(" ")
    is_row = last == "CURRENT ROW"
    spec = exp.WindowSpec(
        kind="ROWS",
        start="UNBOUNDED",
        start_side="PRECEDING",
        end=last if is_row else exp.Literal.number(end) if end.isdigit() else end,
        end_side=None if is_row else side,
    )
    return exp.Window(this=aggregate, alias=window.copy(), spec=spec, over="OVER")


def skipping_nulls(node: exp.Expr, _: Scope) -> exp.Expr:
    """Leave IGNORE NULLS to the window it stands in; an extreme ignores them anyway."""
    if isinstance(node.this, exp.Min):
        return node.this.copy()
    if not isinstance(node.parent, exp.Window):
        refuse("Postgres skips nulls in no function")
    return node


def median(node: exp.Expr, _: Scope) -> exp.Expr:
    """Return the middle value, or the mean of the middle two."""
    return _percentile(exp.Literal.number("0.5"), node.this)


def quantiles(node: exp.Expr, _: Scope) -> exp.Expr:
    """Return interpolated quantiles, an array of them for several shares."""
    return _percentile(node.expression, node.this)


def _percentile(shares: exp.Expr, value: exp.Expr) -> exp.Expr:
    order = exp.Order(expressions=[exp.Ordered(this=value.copy(), nulls_first=False)])
    return exp.WithinGroup(this=exp.PercentileCont(this=shares.copy()), expression=order)


def slope(node: exp.Expr, _: Scope) -> exp.Expr:
    """Return NaN, as DuckDB does, where all values are alike and Postgres knows no slope."""
    if isinstance(node.parent, exp.Filter):
        refuse("a slope is not filtered")
    template = "CASE WHEN regr_count(y, x) > 0 THEN coalesce(regr_slope(y, x), CAST('NaN' AS DOUBLE)) END"
    return filled(template, y=node.this, x=node.expression)


def join(node: exp.Expr, _: Scope) -> exp.Expr:
    """Join on any condition, inner or left; as-of joins and full ones on nulls are not Postgres's."""
    asked = {name: node.text(name) for name in ("method", "side", "kind")}
    is_plain = not asked["method"] and asked["side"] in {"", "LEFT"} and asked["kind"] in {"", "INNER"}
    if not is_plain or node.args.get("using") or not node.args.get("on"):
        refuse("only inner and left joins ON a condition are known")
    return node
