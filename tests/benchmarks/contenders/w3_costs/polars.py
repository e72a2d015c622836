"""Polars: quotes sorted by time and sequence, of which as-of joins take the last."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.benchmarks.contenders.polars_trades import KEYS, LIT, PRICE, label
from tests.benchmarks.datasets import Dataset

_SECOND = 10**9
_HOUR = 3_600 * _SECOND


_MID = (pl.col("BidPrice1") + pl.col("AskPrice1")) / 2


def run(data: Dataset, folder: Path) -> None:
    quotes = _quotes(data)
    quoted = _with_mid(_with_mid(_trades(data), quotes, "before"), quotes, "later")
    sign = pl.col("AggressorSide").replace_strict({1: 2, 2: -2}, default=None)
    minutes = quoted.group_by(KEYS).agg(
        pl.col("MIC").first(),
        pl.col("Ticker").first(),
        (sign * (PRICE - pl.col("mid_before"))).mean().alias("EffectiveSpread1s"),
        (sign * (pl.col("mid_later") - pl.col("mid_before"))).mean().alias("PriceImpact1s"),
    )
    written = minutes.select("ListingId", label(60), pl.exclude(*KEYS))
    written.sink_parquet(folder / "minutes.parquet", compression="snappy")


def _trades(data: Dataset) -> pl.LazyFrame:
    """The trades with the last nanosecond before each, the one a second after it, and the number of its minute."""
    moment = pl.col("TradeTimestamp").cast(pl.Int64)
    return (
        pl.scan_parquet(data.files)
        .filter(LIT)
        .select(
            *("ListingId", "MIC", "Ticker", "LocalPrice", "AggressorSide"),
            before=moment - 1,
            later=moment + _SECOND,
            bucket=(moment + (60 * _SECOND - 1)) // (60 * _SECOND),
        )
        .sort("before")
    )


def _quotes(data: Dataset) -> pl.LazyFrame:
    since = pl.col("EventTimestamp").cast(pl.Int64)
    quotes = pl.scan_parquet(data.quotes).select("ListingId", "BMLLSequenceNo", since=since, mid=_MID)
    return quotes.sort("since", "BMLLSequenceNo").drop("BMLLSequenceNo")


def _with_mid(trades: pl.LazyFrame, quotes: pl.LazyFrame, moment: str) -> pl.LazyFrame:
    """The trades with the mid that stood at a moment, at most an hour old."""
    joined = trades.join_asof(quotes, left_on=moment, right_on="since", by="ListingId", check_sortedness=False)
    stands = pl.col(moment) - pl.col("since") < _HOUR
    return joined.with_columns(pl.when(stands).then("mid").alias(f"mid_{moment}")).drop("mid", "since", strict=False)
