"""Where the generated files are: made once per size, then kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Layout = Literal["by_time", "by_listing"]

_VERSION = 1  # to be raised when the market changes, so that older files are not taken for it


@dataclass(frozen=True)
class Dataset:
    """One file of trades a day, sorted by ``layout``, and the reference table."""

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
    """Write the files of a size, in both layouts, unless they are there."""
    import duckdb  # noqa: PLC0415 - the process that times others stays small

    from . import market  # noqa: PLC0415 - as above

    if folder.exists():
        return
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    for layout in ("by_time", "by_listing"):
        (aside / layout).mkdir(parents=True)
    with duckdb.connect() as connection:
        for number, day in enumerate(market.DAYS):
            rows = market.trades_of_day(number, trades // len(market.DAYS))
            _write(connection, rows, aside / "by_listing" / f"{day}.parquet")
            _write(connection, market.in_time_order(rows, number), aside / "by_time" / f"{day}.parquet")
        _write(connection, market.reference_table(), aside / "reference.parquet")
    aside.rename(folder)


def _write(connection, rows, path: Path) -> None:  # noqa: ANN001 - types of modules that are not imported here
    connection.register("benchmark_rows", rows)
    connection.execute(f"COPY benchmark_rows TO '{path}' (FORMAT parquet, COMPRESSION snappy)")
    connection.unregister("benchmark_rows")
