"""The workloads: what is computed, by whom, and which results must agree."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .datasets import Dataset, Layout


@dataclass(frozen=True)
class Workload:
    """A job: the layout of its trades, the contenders that do it, and the key columns of each result.

    ``sizes`` are those it is measured at unless others are asked for, in trades.
    """

    name: str
    title: str
    layout: Layout
    contenders: tuple[str, ...]
    results: dict[str, tuple[str, ...]]
    sizes: tuple[int, ...] = (5_000_000, 20_000_000)
    reads_quotes: bool = False

    @property
    def present(self) -> tuple[str, ...]:
        """The contenders whose packages are installed."""
        return tuple(each for each in self.contenders if find_spec(_NEEDS.get(each, "duckdb")))

    @property
    def absent(self) -> dict[str, str]:
        """The other contenders, each with the package that it needs."""
        return {each: _NEEDS[each] for each in self.contenders if each not in self.present}

    def dataset(self, folder: Path) -> Dataset:
        """The files it reads."""
        return Dataset(folder, self.layout)


_NEEDS = {"clickhouse": "chdb", "polars": "polars"}
_BY_LISTING = ("ListingId", "TimeBucket")
_CONTENDERS = ("scan", "basalt", "own_sql", "expert", "expert_by_day", "naive", "polars", "clickhouse")

WORKLOADS = {
    each.name: each
    for each in (
        Workload(
            "w1",
            "two passes: minutes by listing, quarters of an hour by instrument with SMA, RSI, MACD; both written",
            "by_time",
            _CONTENDERS,
            {"pass1": _BY_LISTING, "pass2": ("InstrumentId", "TimeBucket")},
        ),
        Workload(
            "w2",
            "every measure for three sides, quarters of an hour, files sorted by listing; written",
            "by_listing",
            _CONTENDERS,
            {"wide": _BY_LISTING},
        ),
        Workload(
            "w3_costs",
            "minutes of effective spread and price impact by an as-of join with four times as many quotes; written",
            "by_time",
            _CONTENDERS,
            {"minutes": _BY_LISTING},
            sizes=(1_250_000, 5_000_000),
            reads_quotes=True,
        ),
        Workload(
            "w3_times",
            "minutes of spread, mid, depth at best and coverage weighted by time, of four quotes a trade; written",
            "by_time",
            tuple(each for each in _CONTENDERS if each != "clickhouse"),
            {"minutes": _BY_LISTING},
            sizes=(1_250_000, 5_000_000),
            reads_quotes=True,
        ),
    )
}

FLOOR, BASALT, OWN_SQL, EXPERT = "scan", "basalt", "own_sql", "expert"
