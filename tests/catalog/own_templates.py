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


BOOK_HEADER = {
    "unit": "ratio",
    "kind": "state",
    "type": "DOUBLE",
    "null_rule": "null without a best bid",
    "known_at": "end of the bucket",
    "source": "Our desk, note 12",
}
"""What every header of a metric of the book says."""

PRESSURE: dict[str, Any] = {
    "column": "{side}Pressure{level}",
    "title": "Quantity up to a level by that of the best bid",
    "requires": ["{side}Quantity{up_to_level}", "BidQuantity1"],
}
PRESSURE_VALUE = "{{ levels.quantity }} / nullif({{ bid.quantity }}, 0)"


def write_book_metric(folder: Path, name: str, value: str, **header: object) -> Path:
    """Write ``<folder>/l2/<name>.sql``, a measure of that name; what is given replaces what a header says."""
    names = {"name": name, "measure": name, "column": name, "title": f"What {name} is"}
    return _write(folder / "l2" / f"{name}.sql", {**names, **BOOK_HEADER, **header}, value)


def write_metric(folder: Path, name: str, value: str, **header: object) -> Path:
    """Write ``<folder>/trade/<name>.sql``, a measure of that name; what is given replaces what a header says."""
    names = {"name": name, "measure": name, "column": f"Trade{{side}}{name}", "title": f"What {name} is"}
    return _write(folder / "trade" / f"{name}.sql", {**names, **HEADER, **header}, value)


def _write(path: Path, header: dict[str, object], value: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = yaml.safe_dump(header, sort_keys=False)
    path.write_text(f"/* ---\n{told}--- */\n{value}\n", encoding="utf-8")
    return path
