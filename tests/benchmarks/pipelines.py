"""The workloads as Basalt's users would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from .datasets import Dataset

Config = dict[str, Any]

WIDE_MEASURES = (
    "Volume", "Count", "Notional", "NotionalEUR", "NotionalUSD", "RetailCount", "BlockCount", "AuctionNotional",
    "OTCVolume", "VWAP", "AvgPrice", "MedianPrice", "Volatility", "OHLC",
)  # fmt: skip
_HOLISTIC = ("MedianPrice", "Volatility")
_INDICATORS = [
    {"name": "SMA", "input_col": "Close", "timeperiod": 14, "output_col": "SMA_14"},
    {"name": "RSI", "input_col": "Close", "timeperiod": 14, "output_col": "RSI_14"},
    {"name": "MACD", "input_col": "Close"},
]


def w1(data: Dataset, folder: Path) -> Config:
    """Two passes: minutes by listing, then quarters of an hour by instrument with indicators; both written."""
    minutes = _trade_pass("pass1", 60, ["Volume", "NotionalEUR", "VWAP", "OHLC"], ["Total"])
    aggregations = {
        "TradeTotalVolume": "sum",
        "TradeTotalNotionalEUR": "sum",
        "TradeTotalVWAP": "auto",
        "Close": "last",
    }
    quarters = _generic_pass(
        "pass2",
        source="pass1",
        group_by=["InstrumentId", "TimeBucket"],
        resample_rule="15m",
        aggregations=aggregations,
        talib_indicators=_INDICATORS,
    )
    return _pipeline(data, folder, [minutes, quarters])


def w2(data: Dataset, folder: Path) -> Config:
    """One pass: every measure for three sides, in quarters of an hour by listing."""
    return _pipeline(data, folder, [_trade_pass("wide", 900, list(WIDE_MEASURES), ["Bid", "Ask", "Total"])])


def w3_costs(data: Dataset, folder: Path) -> Config:
    """One pass: what trades cost by the quotes that stood around them, in minutes by listing."""
    costs = {"variant": ["EffectiveSpread", "PriceImpact"], "horizon": "1s", "reference": "quotes"}
    minutes = {
        "name": "minutes",
        "modules": ["trade"],
        "time_bucket_seconds": 60,
        "trade_analytics": {"impact_metrics": [costs]},
    }
    pipeline = _pipeline(data, folder, [minutes])
    return {**pipeline, "TABLES": {**pipeline["TABLES"], "quotes": data.quotes}}


def w3_times(data: Dataset, folder: Path) -> Config:
    """One pass: quotes weighted by the time that they stood, in minutes by listing."""
    asked = {
        "liquidity": [{"measures": "Quantity"}],
        "spreads": [{"variant": "BPS"}],
        "prices": [{"source": "Mid"}],
        "enable_book_coverage": True,
    }
    minutes = {"name": "minutes", "modules": ["l2tw"], "time_bucket_seconds": 60, "l2tw_analytics": asked}
    return {**_pipeline(data, folder, [minutes]), "TABLES": {"quotes": data.quotes}}


def two_hundred_columns() -> Config:
    """Three passes with at least 200 output columns between them, indicators included."""
    sides = ["Total", "Bid", "Ask", "Unknown"]
    prices = {"Total": ("Open", "High", "Low", "Close")}
    composable = [
        name
        for side in sides
        for name in (
            *(f"Trade{side}{each}" for each in WIDE_MEASURES if each != "OHLC" and each not in _HOLISTIC),
            *prices.get(side, [f"Trade{side}{each}" for each in prices["Total"]]),
        )
    ]
    automatic = dict.fromkeys(composable, "auto")
    averages = [{"name": "EMA", "input_col": "Close", "timeperiod": period} for period in range(5, 25)]
    return {
        "PASSES": [
            _trade_pass("minutes", 60, list(WIDE_MEASURES), sides),
            _generic_pass("quarters", source="minutes", resample_rule="15m", aggregations=automatic),
            _generic_pass(
                "hours",
                source="quarters",
                group_by=["InstrumentId", "TimeBucket"],
                resample_rule="1h",
                aggregations=automatic,
                talib_indicators=averages,
            ),
        ]
    }


def _pipeline(data: Dataset, folder: Path, passes: list[Config]) -> Config:
    tables = {"trades": data.files, "reference": data.reference}
    output = {"path_template": str(folder / "{pass}.parquet")}
    return {"PASSES": passes, "TABLES": tables, "OUTPUT_TARGET": output}


def _trade_pass(name: str, seconds: int, measures: list[str], sides: list[str]) -> Config:
    return {
        "name": name,
        "modules": ["trade"],
        "time_bucket_seconds": seconds,
        "trade_analytics": {"generic_metrics": [{"measures": measures, "sides": sides}]},
    }


def _generic_pass(name: str, source: str, **settings: object) -> Config:
    return {"name": name, "modules": ["generic"], "generic_analytics": {"source_pass": source, **settings}}
