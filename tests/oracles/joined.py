"""Rows of several modules joined on the grain."""

from __future__ import annotations

from collections.abc import Collection

from oracles.results import Result


def joined(*modules: Result, flows: Collection[str] = ()) -> Result:
    """Return the rows of all modules: null where one has none, 0 in its flows; the first that has a column counts."""
    columns = list(dict.fromkeys(name for module in modules for row in module.values() for name in row))
    found: Result = {}
    for key in dict.fromkeys(key for module in modules for key in module):
        rows = [module.get(key, {}) for module in modules]
        found[key] = {
            name: next((row[name] for row in rows if row.get(name) is not None), 0 if name in flows else None)
            for name in columns
        }
    return found
