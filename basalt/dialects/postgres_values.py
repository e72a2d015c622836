"""What Postgres says of single values in other words: names, numbers, times, text."""

from __future__ import annotations

from typing import NoReturn

from sqlglot import exp

from basalt.dialects.dialect import refuse
from basalt.dialects.postgres_template import filled
from basalt.dialects.scope import Scope

_LONGEST_NAME = 63
_DOUBLE = exp.DataType.build("double")
_BIGINT = exp.DataType.build("bigint")
_NUMERIC = exp.DataType.build("decimal")
_TEXT = exp.DataType.build("text")
_CASTS = {
    exp.DType.DOUBLE: _DOUBLE,
    exp.DType.BIGINT: _BIGINT,
    exp.DType.INT: exp.DataType.build("int"),
    exp.DType.TEXT: _TEXT,
    exp.DType.VARCHAR: _TEXT,
}
_WRITTEN_ALIKE = {"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT"}
_MICROSECOND_TIMES = {"TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_S", "TIMESTAMP WITH TIME ZONE"}
_TRUE_OR_FALSE = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)
_HALF = 2**53


def name(node: exp.Expr, _: Scope) -> exp.Expr:
    """Refuse names that Postgres would cut."""
    if len(node.name.encode()) > _LONGEST_NAME:
        refuse(f"Postgres cuts names of more than {_LONGEST_NAME} bytes", "give it a shorter name")
    return node


def column(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Order text by its bytes, as DuckDB does; what is made of such a column keeps that."""
    if scope.is_source and scope.type_of(node) == "VARCHAR":
        ordered = _by_bytes(node.copy())
        return exp.alias_(ordered, node.name, quoted=True) if isinstance(node.parent, exp.Select) else ordered
    return node


def literal(node: exp.Expr, _: Scope) -> exp.Expr:
    """Keep numbers with an exponent DOUBLE; Postgres reads them as NUMERIC."""
    return exp.cast(node.copy(), _DOUBLE) if not node.is_string and "e" in node.name.casefold() else node


def division(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Divide floating point numbers; integers would be divided as integers."""
    over, under = node.this, node.expression
    if not scope.is_double(over):
        over = exp.cast(over.copy(), _DOUBLE)
    return _ratio(over, under)


def whole_division(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Divide integers toward zero; those beyond 64 bits are NUMERIC, whose ``/`` would leave a fraction."""
    over, under = node.this, node.expression
    if not (scope.is_of_integers(over) and scope.is_of_integers(under)):
        refuse("Postgres divides only integers without a remainder")
    if scope.is_wide(over) or scope.is_wide(under):
        return exp.func("div", over.copy(), under.copy())
    return _ratio(over, under)


def _ratio(over: exp.Expr, under: exp.Expr) -> exp.Expr:
    return exp.Div(this=over.copy(), expression=under.copy(), typed=True, safe=False)


def floating(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Compute in DOUBLE: of NUMERIC, Postgres computes a decimal with other digits."""
    if not scope.is_double(node.this):
        node.set("this", exp.cast(node.this.copy(), _DOUBLE))
    return node


def is_finite(node: exp.Expr, _: Scope) -> exp.Expr:
    """Infinity is more than every number but NaN, which is more than infinity."""
    number = exp.Abs(this=node.expressions[0].copy())
    return exp.paren(exp.LT(this=number, expression=exp.cast(exp.Literal.string("Infinity"), _DOUBLE)))


def is_nan(node: exp.Expr, _: Scope) -> exp.Expr:
    """NaN is equal to itself, in Postgres as in DuckDB."""
    return exp.paren(exp.EQ(this=node.this.copy(), expression=exp.cast(exp.Literal.string("NaN"), _DOUBLE)))


def rounded(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Round halves away from zero; Postgres's round of a DOUBLE rounds them to even numbers."""
    number = node.this
    if node.args.get("decimals") or not scope.is_double(number):
        refuse("only a DOUBLE is rounded, to a whole number")
    template = "trunc(x) + CASE WHEN abs(x - trunc(x)) >= 0.5 THEN sign(x) ELSE 0 END"
    return exp.paren(filled(template, x=number))


def cast(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Cast between types that have the same values in both engines."""
    kind, value = node.args["to"].this, node.this
    if value.is_string and kind in {exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ, exp.DType.DATE}:
        return node
    if kind == exp.DType.INT128:
        return _wide(value, scope)
    if kind not in _CASTS:
        refuse("Postgres has no such type")
    if kind in {exp.DType.TEXT, exp.DType.VARCHAR}:
        return _text(value, scope)
    if kind in {exp.DType.BIGINT, exp.DType.INT} and scope.is_double(value):
        refuse("numbers that are not whole may become other integers")
    if isinstance(value.unnest(), _TRUE_OR_FALSE):
        return exp.cast(exp.cast(value.copy(), _CASTS[exp.DType.INT]), _CASTS[kind])
    return exp.cast(value.copy(), _CASTS[kind])


def _text(value: exp.Expr, scope: Scope) -> exp.Expr:
    """Return a column as text that is ordered by its bytes."""
    if isinstance(value, exp.Collate) or scope.type_of(value) == "VARCHAR":
        return value.copy()
    if scope.type_of(value) not in _WRITTEN_ALIKE:
        refuse("Postgres writes such values otherwise", "map the column to text")
    return _by_bytes(exp.cast(value.copy(), _TEXT))


def _by_bytes(text: exp.Expr) -> exp.Expr:
    return exp.Collate(this=text, expression=exp.to_identifier("C", quoted=True))


def _wide(value: exp.Expr, scope: Scope) -> exp.Expr:
    """Return an integer as NUMERIC. A whole DOUBLE goes there in two halves: Postgres keeps 15 digits of it only."""
    if not _is_round(value):
        if scope.is_double(value):
            refuse("only a rounded DOUBLE has an exact integer")
        return exp.cast(value.copy(), _NUMERIC)
    template = "CAST(floor(x / m) AS bigint)::numeric * m + CAST(x - floor(x / m) * m AS bigint)"
    return exp.paren(filled(template, x=value, m=exp.Literal.number(_HALF)))


def _is_round(value: exp.Expr) -> bool:
    return any(function.name.casefold() == "trunc" for function in value.find_all(exp.Anonymous)) or any(
        value.find_all(exp.Trunc)
    )


def epoch_nanoseconds(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Count nanoseconds from 1970; what EXTRACT gives is NUMERIC and exact."""
    moment = node.expressions[0]
    type_ = scope.type_of(moment)
    if type_ not in _MICROSECOND_TIMES:
        reason = f"a time of type {type_ or 'unknown'} does not fit Postgres's, which end at microseconds"
        refuse(reason, "have it there as BIGINT, nanoseconds since 1970")
    return filled("CAST(EXTRACT(epoch FROM x) * 1000000 AS bigint) * 1000", x=moment)


def moment(node: exp.Expr, _: Scope) -> exp.Expr:
    """Count microseconds from 1970; the product is exact below 2^53 of them, until the year 2255."""
    microseconds = node.this
    if node.args.get("scale") != exp.UnixToTime.MICROS:
        refuse("only microseconds become a time")
    return exp.paren(filled("TIMESTAMP '1970-01-01' + x * INTERVAL '1 microsecond'", x=exp.paren(microseconds.copy())))


def left_shift(node: exp.Expr, _: Scope) -> exp.Expr:
    """Write a power of two as the number it is."""
    one, places = node.this.unnest(), node.expression
    is_one = isinstance(one, exp.Cast) and one.this.is_int and one.this.name == "1"
    if not (is_one and places.is_int):
        refuse("only powers of two are written with a shift")
    return exp.Literal.number(2 ** int(places.name))


def right_shift(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Divide an order of events, which is not negative, by a power of two; take the highest bits of a hash."""
    value, places = node.this, node.expression
    if not places.is_int:
        refuse("only a shift by a number is known")
    if isinstance(value, exp.Anonymous) and value.name == "hash_record_extended":
        kept = 2 ** (64 - int(places.name)) - 1
        return exp.paren(filled("(x >> n) & m", x=value, n=places, m=exp.Literal.number(kept)))
    if not scope.is_wide(value):
        refuse("only orders of events are shifted")
    return exp.func("div", value.copy(), exp.Literal.number(2 ** int(places.name)))


def lowest_bits(node: exp.Expr, scope: Scope) -> exp.Expr:
    """Return what a division by a power of two leaves; orders of events, of which this is asked, are not negative."""
    mask = node.expression.unnest()
    if not (scope.is_wide(node.this) and isinstance(mask, exp.Sub) and mask.expression.name == "1"):
        refuse("only the lowest bits of an order are known")
    return exp.func("mod", node.this.copy(), mask.this.unnest().copy())


def fingerprint(node: exp.Expr, _: Scope) -> exp.Expr:
    """Hash several values together, with a hash of Postgres's own."""
    row = exp.Anonymous(this="ROW", expressions=[each.copy() for each in node.expressions])
    return exp.Anonymous(this="hash_record_extended", expressions=[row, exp.Literal.number(0)])


def element(node: exp.Expr, _: Scope) -> exp.Expr:
    """Take an element by its place; from the end, Postgres has none."""
    if not all(index.is_int and not isinstance(index, exp.Neg) for index in node.expressions):
        refuse("only elements by their place from the first are known")
    return node


def star(node: exp.Expr, _: Scope) -> exp.Expr:
    """Return all columns, which is all that Postgres knows."""
    if any(node.args.values()):
        refuse("Postgres leaves no columns out")
    return node


def order_of_rows(_: exp.Expr, __: Scope) -> NoReturn:
    """Refuse an order of events that is a STRUCT: Postgres has no least or greatest row."""
    refuse("Postgres compares no such rows", "name an integer that orders events of equal time: TABLES.trades.sequence")


def contains(node: exp.Expr, _: Scope) -> exp.Expr:
    """Look for text by its bytes."""
    return exp.paren(filled("position(y IN x) > 0", x=node.this, y=node.expression))
