"""Polars, lazy and streaming: first and last by time and sequence, as the others take them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.benchmarks.contenders.polars_trades import KEYS, LIT, PRICE, SIZE, label, prices, trades
from tests.benchmarks.datasets import Dataset

_SIDES = {"Bid": 2, "Ask": 1}


def run(data: Dataset, folder: Path) -> None:
    every = trades(data, 900)
    wide = _measures(every, "Total")
    for side, number in _SIDES.items():
        of_side = _measures(every.filter(pl.col("AggressorSide") == number), side).drop("MIC", "Ticker")
        wide = wide.join(of_side, on=KEYS, how="left")
    flows = [f"Trade{side}{name}" for side in ("Total", *_SIDES) for name in (*_flows(), *_other_flows())]
    written = wide.with_columns(pl.col(flows).fill_null(0)).select(label(900), pl.exclude("bucket"))
    written.sink_parquet(folder / "wide.parquet", compression="snappy")


def _measures(every: pl.LazyFrame, side: str) -> pl.LazyFrame:
    """Every measure of the trades of a side, by listing and bucket."""
    carried = [pl.col("MIC").first(), pl.col("Ticker").first()]
    lit = every.filter(LIT).sort(*KEYS, "place").with_columns(change=_log_return())
    counted = lit.group_by(KEYS).agg(
        *carried,
        *(flow.alias(f"Trade{side}{name}") for name, flow in _flows().items()),
        ((PRICE * SIZE).sum() / SIZE.sum()).alias(f"Trade{side}VWAP"),
        PRICE.mean().alias(f"Trade{side}AvgPrice"),
        PRICE.median().alias(f"Trade{side}MedianPrice"),
        (pl.col("change").std() * (24_192 * pl.col("change").count()).sqrt()).alias(f"Trade{side}Volatility"),
        *prices("" if side == "Total" else f"Trade{side}"),
    )
    others = (
        every.filter(~LIT)
        .group_by(KEYS)
        .agg(*carried, *(flow.alias(f"Trade{side}{name}") for name, flow in _other_flows().items()))
    )
    joined = counted.join(others, on=KEYS, how="full", coalesce=True)
    return joined.with_columns(pl.col(name).fill_null(pl.col(f"{name}_right")) for name in ("MIC", "Ticker")).drop(
        "MIC_right", "Ticker_right"
    )


def _log_return() -> pl.Expr:
    """The return from the row before where that is of the same listing and bucket."""
    is_same = pl.all_horizontal(pl.col(key) == pl.col(key).shift() for key in KEYS)
    return pl.when(is_same).then((PRICE / PRICE.shift()).log())


def _flows() -> dict[str, pl.Expr]:
    """The sums and counts over trades in continuous trading."""
    return {
        "Volume": SIZE.sum(),
        "Count": pl.len().cast(pl.Int64),
        "Notional": pl.col("TradeNotional").sum(),
        "NotionalEUR": pl.col("TradeNotionalEUR").sum(),
        "NotionalUSD": pl.col("TradeNotionalUSD").sum(),
        "RetailCount": (pl.col("BMLLParticipantType") == "RETAIL").sum().cast(pl.Int64),
        "BlockCount": (pl.col("IsBlock") == "Y").sum().cast(pl.Int64),
    }


def _other_flows() -> dict[str, pl.Expr]:
    """The sums over all other trades."""
    classification = pl.col("Classification")
    return {
        "AuctionNotional": pl.col("TradeNotional").filter(classification.str.contains("AUCTION", literal=True)).sum(),
        "OTCVolume": SIZE.filter(classification.str.contains("OTC", literal=True)).sum(),
    }
