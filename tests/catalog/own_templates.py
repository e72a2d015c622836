"""Metrics of a user's own, written into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

HEADER = {
    "unit": "price squared",
    "kind": "ratio",
    "type": "DOUBLE",
    "requires": ["LocalPrice", "Size"],
    "null_rule": "null when no trade has a price",
    "known_at": "end of the bucket",
    "source": "Our desk, note 12",
}
"""What every header says; the names and the states come with each metric."""

MEAN_SQUARE: dict[str, Any] = {
    "title": "Mean of squared prices, weighted by size",
    "requires": ["LocalPrice", "Size", "Quality"],
    "states": {
        "weighted_squares": {"aggregate": "sum", "of": "LocalPrice * LocalPrice * Size * Quality"},
        "weights": {"aggregate": "sum", "of": "Size * Quality"},
    },
}
MEAN_SQUARE_VALUE = "{{ weighted_squares }} / nullif({{ weights }}, 0)"


def write_metric(folder: Path, name: str, value: str, **header: object) -> Path:
    """Write ``<folder>/trade/<name>.sql``, a measure of that name; what is given replaces what a header says."""
    path = folder / "trade" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    names = {"name": name, "measure": name, "column": f"Trade{{side}}{name}", "title": f"What {name} is"}
    told = yaml.safe_dump({**names, **HEADER, **header}, sort_keys=False)
    path.write_text(f"/* ---\n{told}--- */\n{value}\n", encoding="utf-8")
    return path
