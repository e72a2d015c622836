"""Where the generated files are: made once per size, then kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Layout = Literal["by_time", "by_listing"]

QUOTES_PER_TRADE = 4

_VERSION = 1  # to be raised when the market changes, so that older files are not taken for it
_QUOTES = "quotes"


@dataclass(frozen=True)
class Dataset:
    """Trades, sorted by ``layout``, and quotes where they were made, by time: a file a day; and the reference table."""

    folder: Path
    layout: Layout

    @property
    def files(self) -> str:
        """The glob of the files of trades."""
        return str(self.folder / self.layout / "*.parquet")

    @property
    def days(self) -> list[str]:
        """The files of trades, one a day."""
        return sorted(str(path) for path in (self.folder / self.layout).glob("*.parquet"))

    @property
    def quotes(self) -> str:
        """The glob of the files of quotes, sorted by time."""
        return str(self.folder / _QUOTES / "*.parquet")

    @property
    def days_of_quotes(self) -> list[str]:
        """The files of quotes, one a day."""
        return sorted(str(path) for path in (self.folder / _QUOTES).glob("*.parquet"))

    @property
    def reference(self) -> str:
        """The file with a row per listing."""
        return str(self.folder / "reference.parquet")


def dataset_folder(cache: Path, trades: int) -> Path:
    """The folder that holds the files of a size."""
    return cache / f"market-{_VERSION}-{trades}"


def results_folder(cache: Path, workload: str) -> Path:
    """The folder that holds what each contender wrote for a workload."""
    return cache / "results" / workload


def generate(folder: Path, trades: int) -> None:
    """Write the trades of a size, in both layouts, and the reference table, unless they are there."""
    import duckdb  # noqa: PLC0415 - the process that times others stays small

    from . import market  # noqa: PLC0415 - as above

    if folder.exists():
        return
    aside = _aside(folder)
    for layout in ("by_time", "by_listing"):
        (aside / layout).mkdir(parents=True)
    with duckdb.connect() as connection:
        for number, day in enumerate(market.DAYS):
            rows = market.trades_of_day(number, trades // len(market.DAYS))
            _write(connection, rows, aside / "by_listing" / f"{day}.parquet")
            ordered = market.in_time_order(rows, "TradeTimestamp", number)
            _write(connection, ordered, aside / "by_time" / f"{day}.parquet")
        _write(connection, market.reference_table(), aside / "reference.parquet")
    aside.rename(folder)


def generate_quotes(folder: Path, trades: int) -> None:
    """Write the quotes that belong to so many trades, unless they are there."""
    import duckdb  # noqa: PLC0415 - the process that times others stays small

    from . import market, quotes  # noqa: PLC0415 - as above

    final = folder / _QUOTES
    if final.exists():
        return
    aside = _aside(final)
    aside.mkdir(parents=True)
    with duckdb.connect() as connection:
        for number, day in enumerate(market.DAYS):
            rows = quotes.quotes_of_day(number, QUOTES_PER_TRADE * trades // len(market.DAYS))
            _write(connection, market.in_time_order(rows, "EventTimestamp", number), aside / f"{day}.parquet")
    aside.rename(final)


def _aside(folder: Path) -> Path:
    """The folder to write before it is renamed, so that an interrupted run leaves nothing half."""
    return folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")


def _write(connection, rows, path: Path) -> None:  # noqa: ANN001 - types of modules that are not imported here
    connection.register("benchmark_rows", rows)
    connection.execute(f"COPY benchmark_rows TO '{path}' (FORMAT parquet, COMPRESSION snappy)")
    connection.unregister("benchmark_rows")
