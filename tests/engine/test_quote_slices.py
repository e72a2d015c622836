"""A run with quotes is cut into days, each with the quotes that stand into it and come after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

import basalt
from basalt.configuration import AnalyticsConfig
from basalt.engine import slices
from basalt.engine.row_groups import RowGroups
from basalt.engine.runner import Job
from basalt.engine.slices import day_slices

DAYS = [date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)]
TRADES = {"ListingId": "BIGINT", "TradeTimestamp": "TIMESTAMP_NS", "BMLLSequenceNo": "BIGINT"}
PRICED = {"LocalPrice": "DOUBLE", "Size": "DOUBLE"}
QUOTES = {"ListingId": "BIGINT", "EventTimestamp": "TIMESTAMP_NS", "BMLLSequenceNo": "BIGINT"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Three days of trades around the clock, a file a day, and of quotes, of which one side changes at a time."""
    with duckdb.connect() as connection:
        for day in DAYS:
            midnight = f"epoch_ns(TIMESTAMP '{day}')"
            connection.execute(f"""
                COPY (
                    SELECT (i % 3)::BIGINT AS ListingId, i::BIGINT AS BMLLSequenceNo,
                        make_timestamp_ns({midnight} + i * 86400000000000 // 500) AS TradeTimestamp,
                        (100 + (i * 7919 % 16) / 8)::DOUBLE AS LocalPrice, (1 + i % 9)::DOUBLE AS Size
                    FROM range(500) AS trades(i)
                ) TO '{tmp_path}/trades-{day}.parquet' (FORMAT parquet)
            """)
            connection.execute(f"""
                COPY (
                    SELECT (i % 3)::BIGINT AS ListingId, i::BIGINT AS BMLLSequenceNo,
                        make_timestamp_ns({midnight} + i * 86400000000000 // 700 + 1) AS EventTimestamp,
                        CASE WHEN i % 2 = 0 THEN (100 + (i * 31 % 8) / 8)::DOUBLE END AS BidPrice1,
                        CASE WHEN i % 2 = 1 THEN (101 + (i * 37 % 8) / 8)::DOUBLE END AS AskPrice1
                    FROM range(700) AS quotes(i)
                ) TO '{tmp_path}/quotes-{day}.parquet' (FORMAT parquet)
            """)
        yield tmp_path


def pipeline(folder: Path, max_age: float | None = 1_800.0, **settings: object) -> AnalyticsConfig:
    """Costs by quotes an hour later, of sides by rule, in buckets of an hour."""
    analytics = {
        "quotes": {"max_age_seconds": max_age},
        "aggressor_rule": {"rule": "EMO", "tick_size": 0.125},
        "generic_metrics": [{"measures": "Count", "sides": ["Bid", "Ask", "Unknown"]}],
        "impact_metrics": [
            {"variant": ["EffectiveSpread", "PriceImpact"], "reference": "quotes", "horizon": ["10m", "61m"]}
        ],
    }
    step = {"name": "hours", "modules": "trade", "time_bucket_seconds": 3600, "trade_analytics": analytics}
    tables = {
        "trades": f"{folder}/trades-*.parquet",
        "quotes": {"path": f"{folder}/quotes-*.parquet", "nulls": "unchanged"},
    }
    return AnalyticsConfig.model_validate({"TABLES": tables, "PASSES": [step], **settings})


def rows(config: AnalyticsConfig) -> list[tuple[object, ...]]:
    with basalt.run(config) as result:
        return result["hours"].relation.order("ALL").fetchall()


def cut(config: AnalyticsConfig) -> list[slices.Slice]:
    with duckdb.connect() as connection:
        schemas = {"trades": {**TRADES, **PRICED}, "quotes": {**QUOTES, "BidPrice1": "DOUBLE", "AskPrice1": "DOUBLE"}}
        return day_slices(RowGroups(connection), Job.of(config, schemas).compiled.passes["hours"].events, config)


def test_slices_together_are_the_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = pipeline(folder)
    whole = rows(config)
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 1_500)
    assert [(each.first, each.last) for each in cut(config)] == [
        (None, DAYS[0]),
        (DAYS[1], DAYS[1]),
        (DAYS[2], None),
    ]
    assert rows(config) == whole
    measured = [None not in row for row in whole]
    assert len(measured) == 24 * 3 * 3 + 1  # the trade at the first midnight is of the hour before
    assert sum(measured) > 0.95 * len(measured)


def test_a_slice_has_the_files_of_quotes_around_its_days(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 1_500)
    first, middle, _ = cut(pipeline(folder))
    assert [Path(path).name for path in middle.files["quotes"]] == [f"quotes-{day}.parquet" for day in DAYS]
    assert [Path(path).name for path in first.files["quotes"]] == [f"quotes-{day}.parquet" for day in DAYS[:2]]
    assert [Path(path).name for path in first.files["trades"]] == [f"trades-{day}.parquet" for day in DAYS[:2]]


def test_a_range_of_dates_is_a_part_of_the_whole(folder: Path) -> None:
    whole = rows(pipeline(folder))
    part = rows(pipeline(folder, START_DATE=DAYS[1], END_DATE=DAYS[1]))
    assert len(part) == 24 * 3
    assert set(part) < set(whole)


def test_quotes_that_stand_for_ever_are_not_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 1_500)
    assert len(cut(pipeline(folder, None))) == 1
