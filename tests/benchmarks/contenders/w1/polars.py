"""Polars, lazy and streaming: first and last by time and sequence, as the others take them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.benchmarks.contenders.polars_trades import KEYS, LIT, PLACE, PRICE, SIZE, label, prices, trades
from tests.benchmarks.datasets import Dataset
from tests.benchmarks.indicators import with_indicators


def run(data: Dataset, folder: Path) -> None:
    minutes = (
        trades(data, 60)
        .filter(LIT)
        .group_by(KEYS)
        .agg(
            pl.col("MIC").first(),
            pl.col("Ticker").first(),
            SIZE.sum().alias("TradeTotalVolume"),
            pl.col("TradeNotionalEUR").sum().alias("TradeTotalNotionalEUR"),
            (PRICE * SIZE).sum().alias("traded_value"),
            *prices(""),
            PLACE.max().alias("last_place"),
        )
        .collect(engine="streaming")
    )
    written = minutes.lazy().select(
        "ListingId",
        label(60),
        "MIC",
        "Ticker",
        "TradeTotalVolume",
        "TradeTotalNotionalEUR",
        (pl.col("traded_value") / pl.col("TradeTotalVolume")).alias("TradeTotalVWAP"),
        *("Open", "High", "Low", "Close"),
    )
    written.sink_parquet(folder / "pass1.parquet", compression="snappy")
    rows = _quarters(minutes.lazy(), data).collect(engine="streaming").to_arrow()
    pl.from_arrow(with_indicators(rows)).write_parquet(folder / "pass2.parquet", compression="snappy")


def _quarters(minutes: pl.LazyFrame, data: Dataset) -> pl.LazyFrame:
    reference = pl.scan_parquet(data.reference).select("ListingId", "InstrumentId")
    traded_value, volume = pl.col("traded_value").sum(), pl.col("TradeTotalVolume").sum()
    return (
        minutes.join(reference, on="ListingId")
        .with_columns((pl.col("bucket") + 14) // 15)
        .group_by("InstrumentId", "bucket")
        .agg(
            volume,
            pl.col("TradeTotalNotionalEUR").sum(),
            (traded_value / volume).alias("TradeTotalVWAP"),
            pl.col("Close").max_by("last_place"),
        )
        .select("InstrumentId", label(900), pl.exclude("InstrumentId", "bucket"))
        .sort("InstrumentId", "TimeBucket")
    )
