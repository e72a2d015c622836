"""Expressions written in Postgres's SQL, with parts to be filled in."""

from __future__ import annotations

from sqlglot import exp, parse_one


def filled(template: str, **parts: exp.Expr) -> exp.Expr:
    """Return an expression in Postgres's SQL with names replaced by parts."""
    parsed = parse_one(template, read="postgres")
    for column in list(parsed.find_all(exp.Column)):
        if column.name in parts:
            column.replace(parts[column.name].copy())
    return parsed
