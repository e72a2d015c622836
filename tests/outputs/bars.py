"""Bars of several days written to an output directly, and read back by other programs."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from basalt.compiler.columns import Column
from basalt.configuration import AnalyticsConfig
from basalt.configuration.days import Days
from basalt.outputs.opening import output_of
from basalt.outputs.shape import PassShape

if TYPE_CHECKING:
    from basalt.outputs.output import HeldOutput, Output

MINUTE = 60_000_000_000
Row = tuple[int, str | None, datetime, float | None]
MONDAY = date(2025, 3, 3)
SCHEMA = pa.schema(
    [("ListingId", pa.int64()), ("MIC", pa.string()), ("TimeBucket", pa.timestamp("us")), ("Volume", pa.float64())]
)
TYPES = {"ListingId": "BIGINT", "MIC": "VARCHAR", "TimeBucket": "TIMESTAMP", "Volume": "DOUBLE"}
NAMES = ("XPAR", "XETR", "a/b c=ü%", None)


def day(number: int) -> date:
    """A day, counted from a Monday."""
    return MONDAY + timedelta(days=number)


def shape(name: str = "bars", offset: int | None = MINUTE) -> PassShape:
    """The shape of a pass of minutes that are labelled by their end."""
    columns = tuple(Column(name=column, type=type_) for column, type_ in TYPES.items())
    return PassShape(name, columns, ("ListingId", "TimeBucket"), offset)


def bars(first: int, last: int, version: int, count: int = 40) -> list[Row]:
    """Rows of some days, which differ by version; the last bucket of a day is labelled with the next midnight."""
    chance = random.Random(f"{first} {last} {version}")  # noqa: S311 - the same rows every time
    found: list[Row] = []
    for number in range(first, last + 1):
        midnight = datetime.combine(day(number), datetime.min.time())
        for minute in [*sorted(chance.sample(range(1, 1441), count - 1)), 1440]:
            listing = chance.randrange(4)
            volume = chance.choice([None, 0.1 + version, chance.random()])
            found.append((listing, NAMES[listing], midnight + timedelta(minutes=minute), volume))
    return found


def table(rows: list[Row]) -> pa.Table:
    """Rows as an Arrow table."""
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)


def open_output(target: dict[str, Any], pass_shape: PassShape | None = None, **settings: object) -> Output:
    """Return the output of a target as a pipeline gives it."""
    config = AnalyticsConfig.model_validate(
        {
            "PASSES": [{"name": "bars", "modules": "trade", "trade_analytics": {}, "output": target}],
            "DATASETNAME": "us",
            **settings,
        }
    )
    assert config.PASSES[0].output
    return output_of(config.PASSES[0].output, pass_shape or shape(), config)


def put(held: HeldOutput, first: date | None, last: date | None, rows: list[Row], version: int = 0) -> None:
    """Write rows for days, in two parts."""
    with held.writing(first, last) as under_way:
        under_way.record({"sql": f"version {version}"}, {"trades": "abc"}, f"run {version}")
        whole = table(rows)
        under_way.append(SCHEMA, whole.slice(0, len(rows) // 2).to_batches(max_chunksize=17))
        under_way.append(SCHEMA, whole.slice(len(rows) // 2).to_batches())


def write(target: dict[str, Any], first: int | None, last: int | None, rows: list[Row], version: int = 0) -> None:
    """Write rows of days counted from a Monday, in a run of their own."""
    days = [None if number is None else day(number) for number in (first, last)]
    with open_output(target).held() as held:
        put(held, *days, rows, version)


def has_days(output: Output, first: date | None, last: date | None) -> bool:
    """Whether the records of an output tell of all these days."""
    return Days(first, last).are_covered_by(each.days for each in output.records())


def in_order(rows: list[Row]) -> list[Row]:
    """Rows in an order of their own."""
    return sorted(rows, key=lambda row: (row[0], row[2], row[3] is None, row[3] or 0))
