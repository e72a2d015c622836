"""Metrics of a user's own of the order book: values of it as it stands, and what their templates may name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from basalt.catalog.metrics import Metric
from basalt.errors import Problem, listing, nearest

_VARIABLE = re.compile(r"\{\{ *([\w.]+) *\}\}")
_SIGNS = re.compile(r"\{[{%#]")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")

_OF_A_LEVEL = {
    "price": "Price",
    "quantity": "Quantity",
    "orders": "NumOrders",
    "insert_age": "InsertAge",
    "last_mod": "LastMod",
    "size_ahead": "SizeAhead",
}
_OVER_LEVELS = {"quantity": ("Quantity",), "orders": ("NumOrders",), "notional": ("Price", "Quantity")}
_COLUMN = re.compile(
    rf"(Bid|Ask|\{{side\}})({'|'.join(_OF_A_LEVEL.values())})(\d+|\{{level\}}|\{{up_to_level\}})", re.IGNORECASE
)
_LEFT_OUT = ("states", "derived", "choices", "statistic_of", "statistics", "column_total", "sides", "rows")


def _named() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a value may name, with the columns of the book that it is made of."""
    for queue, side, level in (
        ("bid", "Bid", "1"),
        ("ask", "Ask", "1"),
        ("level", "{side}", "{level}"),
        ("bid_level", "Bid", "{level}"),
        ("ask_level", "Ask", "{level}"),
    ):
        yield from ((f"{queue}.{name}", (f"{side}{column}{level}",)) for name, column in _OF_A_LEVEL.items())
    for queues, side in (("levels", "{side}"), ("bids", "Bid"), ("asks", "Ask")):
        for name, columns in _OVER_LEVELS.items():
            yield f"{queues}.{name}", tuple(f"{side}{column}{{up_to_level}}" for column in columns)
    yield "mid", ("BidPrice1", "AskPrice1")


VARIABLES: Mapping[str, tuple[str, ...]] = dict(_named())
"""What a value may name in double braces, with the columns of the book that it is made of, as headers write them."""


def check_own_book_metric(path: Path, metric: Metric) -> Iterator[Problem]:
    """Yield what keeps a metric from being a value of the book as it stands whose header says what it reads."""
    place = str(path)
    if metric.family != "generic" or (given := [name for name in _LEFT_OUT if name in metric.model_fields_set]):
        without = listing(["family"] if metric.family != "generic" else given)
        yield Problem(f"header: a metric of your own of the book is its value as it stands, without {without}", place)
        return
    if metric.kind != "state":
        yield Problem(f"header: kind: a value of the book as it stands is a state, not {metric.kind}", place)
    yield from _value_problems(metric.value, place)
    read = dict.fromkeys(column for name in _names(metric.value) for column in VARIABLES.get(name, ()))
    yield from _required_problems(metric, list(read), place)
    yield from _placeholder_problems(metric.column, "".join(read), place)


def _names(value: str) -> list[str]:
    return list(dict.fromkeys(_VARIABLE.findall(value)))


def _value_problems(value: str, place: str) -> Iterator[Problem]:
    plain = _VARIABLE.sub("", value)
    if _SIGNS.search(plain):
        yield Problem("the value: only names stand in braces, as {{ bid.price }}", place)
    if column := _COLUMN.search(plain):
        message = f"the value: {column[0]} stands in braces, such as {{{{ bid.price }}}} or {{{{ level.quantity }}}}"
        yield Problem(message, place)
    for name in _names(value):
        if name not in VARIABLES:
            yield Problem(
                f"the value: there is no {name!r}; there are {listing(VARIABLES)}", place, nearest(name, VARIABLES)
            )


def _required_problems(metric: Metric, read: list[str], place: str) -> Iterator[Problem]:
    for name in metric.requires:
        if not _COLUMN.fullmatch(name):
            yield Problem(f"header: requires: {name} is no column of the book", place, nearest(name, read))
    if missing := [name for name in read if name not in metric.requires]:
        yield Problem(f"header: requires: the value reads {listing(missing)} as well", place)


def _placeholder_problems(column: str, read: str, place: str) -> Iterator[Problem]:
    """Yield what the name of a column has to tell and does not, and the other way round."""
    told = set(_PLACEHOLDER.findall(column))
    needed = {"level" if name == "up_to_level" else name for name in _PLACEHOLDER.findall(read)}
    for name in sorted(told - needed):
        yield Problem(f"header: column: {{{name}}} stands for nothing that the value reads", place)
    for name in sorted(needed - told):
        yield Problem(f"header: column: the value depends on a {name}; the name has to have {{{name}}}", place)
