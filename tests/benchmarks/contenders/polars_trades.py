"""Trades in Polars: buckets, the order of events, prices."""

from __future__ import annotations

import polars as pl

from tests.benchmarks.datasets import Dataset

KEYS = ["ListingId", "bucket"]
PRICE, SIZE = pl.col("LocalPrice"), pl.col("Size")
PLACE = pl.col("place")
LIT = pl.col("Classification") == "LIT_CONTINUOUS"


def trades(data: Dataset, seconds: int) -> pl.LazyFrame:
    """The trades with their bucket, closed right and counted by its end, and their place in the order of events."""
    moment = pl.col("TradeTimestamp").cast(pl.Int64)
    width = seconds * 10**9
    place = moment.cast(pl.Int128) * 2**63 + pl.col("BMLLSequenceNo")
    return pl.scan_parquet(data.files).with_columns(bucket=(moment + (width - 1)) // width, place=place)


def label(seconds: int) -> pl.Expr:
    """The end of a bucket as TimeBucket."""
    return (pl.col("bucket") * (seconds * 10**6)).cast(pl.Datetime("us")).alias("TimeBucket")


def prices(prefix: str) -> list[pl.Expr]:
    """Open, high, low and close, by time and sequence."""
    return [
        PRICE.min_by(PLACE).alias(f"{prefix}Open"),
        PRICE.max().alias(f"{prefix}High"),
        PRICE.min().alias(f"{prefix}Low"),
        PRICE.max_by(PLACE).alias(f"{prefix}Close"),
    ]
