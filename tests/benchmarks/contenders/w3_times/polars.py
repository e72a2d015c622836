"""Polars: quotes sorted by listing, time and sequence; what stands at the end of a minute is carried in by a shift."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.benchmarks.contenders.polars_trades import KEYS, label
from tests.benchmarks.datasets import Dataset

_MINUTE = 60 * 10**9
_HOUR = 60 * _MINUTE
_NAMES = {"bids": "BidQuantity1TWA", "asks": "AskQuantity1TWA", "spread": "SpreadBpsTWA", "mid": "MidTWA"}


def run(data: Dataset, folder: Path) -> None:
    end = pl.col("bucket") * _MINUTE
    stood = (pl.min_horizontal(pl.col("next").fill_null(end), end, pl.col("ns") + _HOUR) - pl.col("ns")).alias("time")
    minutes = (
        _quotes(data)
        .with_columns(next=pl.col("ns").shift(-1).over("ListingId"))
        .with_columns(stood)
        .group_by(KEYS)
        .agg(
            pl.col("ns").min().alias("first_ns"),
            pl.col("ns").max().alias("last_ns"),
            pl.col("time").sum(),
            *((pl.col(name) * pl.col("time")).sum().alias(f"{name}_by_time") for name in _NAMES),
            *(pl.col(name).last().alias(f"last_{name}") for name in _NAMES),
        )
        .sort(KEYS)
        .with_columns(pl.col("last_ns", *(f"last_{name}" for name in _NAMES)).shift(1).over("ListingId"))
        .with_columns(_carried_time().alias("carried"))
    )
    time = pl.col("time") + pl.col("carried")
    written = minutes.select(
        "ListingId",
        label(60),
        *(pl.when(time > 0).then(_weighted(name) / time).alias(column) for name, column in _NAMES.items()),
        (time / _MINUTE).alias("BookCoverageRatio"),
    )
    written.sink_parquet(folder / "minutes.parquet", compression="snappy")


def _quotes(data: Dataset) -> pl.LazyFrame:
    """The quotes of each listing in order, with the number of their minute and what is weighted."""
    bid, ask, moment = pl.col("BidPrice1"), pl.col("AskPrice1"), pl.col("EventTimestamp").cast(pl.Int64)
    mid = (bid + ask) / 2
    return (
        pl.scan_parquet(data.quotes)
        .select(
            "ListingId",
            "BMLLSequenceNo",
            ns=moment,
            bucket=(moment + (_MINUTE - 1)) // _MINUTE,
            mid=mid,
            spread=10_000 * (ask - bid) / mid,
            bids="BidQuantity1",
            asks="AskQuantity1",
        )
        .sort("ListingId", "ns", "BMLLSequenceNo")
        .drop("BMLLSequenceNo")
    )


def _carried_time() -> pl.Expr:
    """For how long the state before the minute stood in it, until its first quote."""
    until = pl.min_horizontal(pl.col("first_ns"), pl.col("last_ns") + _HOUR)
    reach = (until - (pl.col("bucket") - 1) * _MINUTE).clip(lower_bound=0)
    return pl.when(pl.col("last_ns").is_null()).then(0).otherwise(reach)


def _weighted(name: str) -> pl.Expr:
    return pl.col(f"{name}_by_time") + pl.col(f"last_{name}").fill_null(0) * pl.col("carried")
