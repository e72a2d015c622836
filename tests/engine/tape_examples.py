"""A small tape, pipelines over it, and what a run of them gives."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
from markets.pipelines import generic_pass_config
from oracles.results import rows_of

import basalt

Config = dict[str, Any]

DAYS = [date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)]
EPOCH = date(1970, 1, 1)
MICROSECONDS_OF_A_DAY = 86_400_000_000
VENUES = ("XAAA", "XBBB", "XCCC")
ROWS = 600


def tape(rows: int = ROWS) -> pa.Table:
    """Trades of three listings over three days, in order of time; prices in eighths, whose sums are exact.

    Every 70th price is missing, every 90th aggressor is unknown.
    """
    numbers = range(rows)
    first = (DAYS[0] - EPOCH).days * MICROSECONDS_OF_A_DAY
    step = len(DAYS) * MICROSECONDS_OF_A_DAY // rows
    prices = [None if number % 70 == 69 else 10 + (number * 7919 % 100) / 8 for number in numbers]
    return pa.table(
        {
            "ListingId": pa.array([number % 3 for number in numbers], pa.int64()),
            "TradeTimestamp": pa.array([first + number * step for number in numbers], pa.timestamp("us")),
            "BMLLSequenceNo": pa.array(numbers, pa.int64()),
            "MIC": pa.array([VENUES[number % 3] for number in numbers]),
            "LocalPrice": pa.array(prices, pa.float64()),
            "Size": pa.array([float(1 + number % 9) for number in numbers]),
            "AggressorSide": pa.array([None if number % 90 == 89 else number % 3 for number in numbers], pa.int64()),
            "Classification": pa.array([classification(number) for number in numbers]),
        }
    )


def classification(number: int) -> str:
    """Every tenth trade is off book."""
    return "OTC_OFF_BOOK" if number % 10 == 3 else "LIT_CONTINUOUS"


def trade_pass(name: str = "bars", *measures: str, seconds: int = 3_600, **settings: Any) -> Config:  # noqa: ANN401
    """A trade pass, of open to close, volume and count where nothing else is asked for."""
    metrics = [{"measures": list(measures) or ["OHLC", "Volume", "Count", "VWAP"], "sides": ["Total", "Ask"]}]
    return {
        "name": name,
        "modules": ["trade"],
        "time_bucket_seconds": seconds,
        "trade_analytics": {"generic_metrics": metrics},
        **settings,
    }


def days_pass(
    source: str = "bars", name: str = "days", *, group_by: tuple[str, ...] = ("ListingId", "TimeBucket")
) -> Config:
    """Days of an earlier pass: closes and volumes."""
    aggregations = {"Close": "last", "TradeTotalVolume": "sum"}
    return generic_pass_config(source, aggregations, rule="1d", group_by=group_by, name=name)


def reference(*rows: tuple[int, int]) -> pa.Table:
    """Which instrument each listing belongs to."""
    listings, instruments = zip(*(rows or [(0, 900), (1, 900), (2, 901)]), strict=True)
    return pa.table({"ListingId": pa.array(listings, pa.int64()), "InstrumentId": pa.array(instruments, pa.int64())})


def sorted_rows(table: pa.Table) -> list[dict[str, Any]]:
    """A table's rows in an order that does not depend on how it was computed."""
    return sorted(rows_of(table), key=repr)


def results(config: Config | basalt.api.AnalyticsConfig, **arguments: Any) -> dict[str, list[dict[str, Any]]]:  # noqa: ANN401
    """Run a pipeline and return the rows of every pass."""
    with basalt.run(config, **arguments) as result:
        return {name: sorted_rows(each.arrow()) for name, each in result.items()}


class Heard:
    """An observer that notes what it hears."""

    def __init__(self) -> None:
        self.started_passes: list[str] = []
        self.finished_passes: list[str] = []

    def started(self, name: str, share: object) -> None:
        """Note a pass that begins."""
        assert callable(share)
        self.started_passes.append(name)

    def finished(self, report: Any) -> None:  # noqa: ANN401 - a report of any version of the engine
        """Note a pass that is done."""
        self.finished_passes.append(report.name)
