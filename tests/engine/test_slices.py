"""A run over much data is cut into days; the rows are those of a run in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

import basalt
from basalt.compiler.events import EventTable
from basalt.configuration import AnalyticsConfig
from basalt.engine import slices
from basalt.engine.row_groups import RowGroups
from basalt.engine.slices import Slice, day_slices

EVENTS = [EventTable(table="trades", column="TradeTimestamp")]
DAYS = [date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Three days of trades, a file a day, with events at each midnight; prices in eighths, whose sums are exact."""
    with duckdb.connect() as connection:
        for number, day in enumerate(DAYS):
            connection.execute(f"""
                COPY (
                    SELECT (i % 3)::BIGINT AS ListingId, i::BIGINT AS BMLLSequenceNo,
                        make_timestamp_ns(epoch_ns(TIMESTAMP '{day}') + i * 172800000000
                            + CASE WHEN i = 1 THEN -172800000000 ELSE 0 END) AS TradeTimestamp,
                        (10 + (i * 7919 % 100) / 8)::DOUBLE AS LocalPrice, (1 + i % 9)::DOUBLE AS Size
                    FROM range({number % 2}, 500) AS trades(i)
                ) TO '{tmp_path}/{day}.parquet' (FORMAT parquet)
            """)
    return tmp_path


def pipeline(folder: Path, closed: str, **settings: object) -> AnalyticsConfig:
    """Minutes by listing, written; and hours with a close and a VWAP, merged from them."""
    measures = ["Volume", "Count", "VWAP", "OHLC"]
    return AnalyticsConfig.model_validate(
        {
            "TABLES": {"trades": f"{folder}/2025-*.parquet"},
            "OUTPUT_TARGET": {"path_template": f"{folder}/out/{{pass}}.parquet"},
            "PASSES": [
                {
                    "name": "minutes",
                    "modules": "trade",
                    "time_bucket_closed": closed,
                    "trade_analytics": {"generic_metrics": [{"measures": measures}]},
                },
                {
                    "name": "hours",
                    "modules": "generic",
                    "generic_analytics": {
                        "source_pass": "minutes",
                        "resample_rule": "1h",
                        "aggregations": {"TradeTotalCount": "sum", "TradeTotalVWAP": "auto", "Close": "last"},
                    },
                },
            ],
            **settings,
        }
    )


def rows(config: AnalyticsConfig) -> dict[str, list[tuple[object, ...]]]:
    with basalt.run(config) as result:
        return {name: result.connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in result}


def weighted(folder: Path, weights_of: str) -> AnalyticsConfig:
    """The pipeline, and hours weighted by a pass: of the hours themselves, or of bars that a table has."""
    bars = "SELECT ListingId, time_bucket(INTERVAL 1 HOUR, TradeTimestamp::TIMESTAMP) AS TimeBucket, 2.0 AS Weight"
    duckdb.sql(f"{bars} FROM '{folder}/2025-*.parquet' GROUP BY ALL").write_parquet(f"{folder}/bars.parquet")
    config = pipeline(folder, "left").model_dump(mode="json", exclude_unset=True)
    hourly = {"time_bucket_seconds": 3600, "time_bucket_anchor": "start", "time_bucket_closed": "left"}
    config["TABLES"]["bars"] = {"path": f"{folder}/bars.parquet", **hourly}
    counted = {"aggregations": {"TradeTotalCount": "sum"}, "output_name_pattern": "Weight"}
    weights = {
        "source_pass": weights_of,
        "aggregations": {"Weight": "sum"},
        **(counted if weights_of == "hours" else {}),
    }
    by_weight = {
        "source_pass": "hours",
        "membership": {"table": "weights", "weight": "Weight"},
        "group_by": ["ListingId", "Weight", "TimeBucket"],
        "aggregations": ["TradeTotalCount"],
    }
    config["PASSES"][0]["time_bucket_anchor"] = "start"
    for name, analytics in (("weights", weights), ("weighted", by_weight)):
        config["PASSES"].append({"name": name, "modules": "generic", "generic_analytics": analytics})
    return AnalyticsConfig.model_validate(config)


@pytest.mark.parametrize("weights_of", ["hours", "bars"])
def test_a_pass_that_reads_two_is_cut_where_both_are(
    folder: Path, weights_of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = weighted(folder, weights_of)
    whole = rows(config)
    assert len(whole["weighted"]) > 3 * 20
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 600)
    assert rows(config) == whole


@pytest.mark.parametrize("closed", ["right", "left"])
def test_slices_together_are_the_whole(folder: Path, closed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = pipeline(folder, closed)
    whole = rows(config)
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 600)
    with duckdb.connect() as connection:
        found = day_slices(RowGroups(connection), EVENTS, config)
    days = [{"trades": tuple(f"{folder}/{day}.parquet" for day in each)} for each in (DAYS[:2], DAYS[1:], DAYS[2:])]
    assert found == [Slice(None, DAYS[0], days[0]), Slice(DAYS[1], DAYS[1], days[1]), Slice(DAYS[2], None, days[2])]
    cut = rows(config)
    assert len(cut["minutes"]) > 1000
    assert cut == whole
    assert duckdb.sql(f"SELECT count(*) FROM '{folder}/out/minutes.parquet'").fetchall() == [(len(whole["minutes"]),)]


def test_dates_bound_the_slices(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 600)
    config = pipeline(folder, "right", START_DATE=DAYS[1], END_DATE=DAYS[2])
    with duckdb.connect() as connection:
        found = day_slices(RowGroups(connection), EVENTS, config)
    assert [(each.first, each.last) for each in found] == [(DAYS[1], DAYS[1]), (DAYS[2], DAYS[2])]


def test_days_are_not_cut_where_every_row_group_spans_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 600)
    mixed = folder / "mixed.parquet"
    duckdb.sql(f"FROM '{folder}/2025-*.parquet' ORDER BY hash(BMLLSequenceNo)").write_parquet(str(mixed))
    config = pipeline(folder, "right", TABLES={"trades": str(mixed)})
    with duckdb.connect() as connection:
        found = day_slices(RowGroups(connection), EVENTS, config)
    assert found == [Slice(None, None)]


def test_little_data_is_run_in_one_piece(folder: Path) -> None:
    config = pipeline(folder, "right")
    with duckdb.connect() as connection:
        (found,) = day_slices(RowGroups(connection), EVENTS, config)
    assert (found.first, found.last) == (None, None)


def test_temporary_files_go_with_the_result(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 600)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with basalt.run(pipeline(folder, "right", OUTPUT_TARGET=None)) as result:
        assert list(tmp_path.glob("basalt-*")) == []
        assert result["minutes"].arrow().num_rows > 0
        assert len(list(tmp_path.glob("basalt-*/*.parquet"))) == 3
        assert result["hours"].arrow().num_rows > 0
    assert list(tmp_path.glob("basalt-*")) == []


def generic(name: str, source: str, **settings: object) -> dict[str, object]:
    """A generic pass that is not written."""
    return {"name": name, "modules": "generic", "generic_analytics": {"source_pass": source, **settings}}


OTHERS = [
    generic("quarters", "minutes", resample_rule="15m", aggregations={"Close": "last", "TradeTotalVWAP": "auto"}),
    generic("days", "quarters", group_by=["TimeBucket"], resample_rule="1d", aggregations={"TradeTotalVWAP": "auto"}),
    generic("sevens", "minutes", resample_rule="7h", aggregations={"Close": "last", "TradeTotalCount": "sum"}),
    generic(
        "trends",
        "quarters",
        aggregations={"Close": "last"},
        talib_indicators=[{"name": "EMA", "input_col": "Close", "timeperiod": 5}],
    ),
    generic("after", "trends", group_by=["TimeBucket"], aggregations={"EMA_5": "max"}),
    generic("ever", "minutes", group_by=["ListingId"], aggregations={"TradeTotalVWAP": "auto"}),
]


def many_passes(folder: Path, written: set[str]) -> AnalyticsConfig:
    """Passes that can be computed within a day, and others that read them; some written."""
    given = pipeline(folder, "right", OUTPUT_TARGET=None).model_dump(exclude_unset=True)
    passes = [*given["PASSES"], *OTHERS]
    output = {"path_template": f"{folder}/out/{{pass}}.parquet"}
    passes = [{**each, "output": output} if each["name"] in written else each for each in passes]
    return AnalyticsConfig.model_validate({**given, "PASSES": passes})


NAMES = ["minutes", "hours", "quarters", "days", "sevens", "trends", "after", "ever"]


@pytest.mark.parametrize(
    "written",
    [set(), {"minutes"}, {"quarters", "trends"}, {"days", "after"}, {"sevens", "ever"}, set(NAMES)],
    ids=lambda written: "-".join(sorted(written)) or "none",
)
def test_passes_of_every_kind_are_those_of_a_run_in_one_piece(
    folder: Path, written: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with basalt.run(many_passes(folder, set())) as result:
        whole = {name: sorted(result[name].relation.fetchall(), key=repr) for name in NAMES}
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 600)
    config = many_passes(folder, written)
    for order in (NAMES, NAMES[::-1]):
        with basalt.run(config) as result:
            assert set(result.outputs) == written
            for name, path in result.outputs.items():
                assert sorted(duckdb.read_parquet(str(path)).fetchall(), key=repr) == whole[name]
            assert {name: sorted(result[name].relation.fetchall(), key=repr) for name in order} == whole
            reported = [report.name for report in result.reports]
            assert sorted(reported) == sorted(NAMES), reported


def test_a_pass_that_fails_in_a_slice_leaves_its_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 600)
    config = pipeline(folder, "right")
    rows(config)
    old = (folder / "out/minutes.parquet").read_bytes()
    (folder / f"{DAYS[2]}.parquet").write_bytes((folder / f"{DAYS[2]}.parquet").read_bytes()[:-300] + bytes(300))
    with pytest.raises(basalt.errors.BasaltError):
        basalt.run(config)
    assert (folder / "out/minutes.parquet").read_bytes() == old
    assert sorted(path.name for path in (folder / "out").glob("[!_]*")) == ["hours.parquet", "minutes.parquet"]
