"""What can be computed, and what a column is, as the command line tells it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import FIVE_MINUTES, MINUTES, PIPELINE, TABLES, Command, in_process_of_its_own, write_pipeline

import basalt
from basalt.catalog.library import load_library

OWN = """\
/* ---
name: MeanSquare
measure: MeanSquare
column: Trade{side}MeanSquare
title: Mean of squared prices, weighted by size and quality
unit: price squared
kind: ratio
type: DOUBLE
requires: [LocalPrice, Size, Quality]
null_rule: null when nothing traded
known_at: end of the bucket
source: Our desk, note 12
states:
  weighted_squares: {aggregate: sum, of: LocalPrice * LocalPrice * Size * Quality}
  weights: {aggregate: sum, of: Size * Quality}
--- */
{{ weighted_squares }} / nullif({{ weights }}, 0)
"""
MEASURES = ["MeanSquare", "Volume"]
OWN_PIPELINE = {
    "TEMPLATE_PATHS": "mine",
    "TABLES": {"trades": {"path": "trades.parquet", "columns": {"Quality": "Size / 10"}}},
    "PASSES": [
        {**MINUTES, "trade_analytics": {"generic_metrics": [{"measures": MEASURES}]}},
        {
            "name": "days",
            "modules": ["generic"],
            "generic_analytics": {
                "source_pass": "minutes",
                "resample_rule": "1d",
                "aggregations": {"TradeTotalMeanSquare": "auto"},
            },
        },
    ],
}


@pytest.fixture
def own(folder: Path) -> Path:
    """Return a folder of templates of one's own, which ``own.yaml`` names."""
    path = folder / "mine" / "trade" / "mean_square.sql"
    path.parent.mkdir(parents=True)
    path.write_text(OWN)
    write_pipeline(OWN_PIPELINE, "own.yaml")
    return folder / "mine"


def told(command: Command, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What a command says as JSON."""
    done = command("analytics", *arguments, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def explained(command: Command, *arguments: str) -> dict[str, Any]:
    """The one column that is explained."""
    (found,) = told(command, "explain", *arguments)["columns"]
    return dict(found)


def test_lists_every_metric_with_the_place_that_asks_for_it(command: Command) -> None:
    groups = {each["place"]: each for each in told(command, "list", "--module", "trade")["groups"]}
    listed = [metric["name"] for group in groups.values() for metric in group["metrics"]]
    assert sorted(listed) == sorted(metric.name for metric in load_library().metrics if metric.module == "trade")
    generic = groups["trade_analytics.generic_metrics"]
    assert next(each for each in generic["metrics"] if each["name"] == "VWAP") == {
        "name": "VWAP",
        "measure": "VWAP",
        "column": "Trade{side}VWAP",
        "column_total": None,
        "type": "DOUBLE",
        "unit": "price",
        "kind": "ratio",
        "title": "Volume-weighted average price",
        "requires": ["LocalPrice", "Size"],
    }
    sides = next(each for each in generic["settings"] if each["name"] == "sides")
    assert ([each["name"] for each in sides["values"]], sides["default"]) == (
        ["Total", "Bid", "Ask", "Unknown"],
        ["Total"],
    )
    flags = groups["trade_analytics.flag_metrics"]["settings"][0]
    assert flags["values"][0] == {
        "name": "NegotiatedTrade",
        "label": "NegotiatedTrade",
        "title": "negotiated off the book",
    }


def test_a_line_per_metric_where_there_is_no_terminal(folder: Path) -> None:
    done = in_process_of_its_own("analytics", "list", cwd=folder)
    assert (done.code, done.err) == (0, "")
    (line,) = [line for line in done.out.splitlines() if line.startswith("Trade{side}VWAP ")]
    assert line.split(maxsplit=4) == [
        "Trade{side}VWAP", "DOUBLE", "ratio", "price", "Volume-weighted average price",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [("list",), ("explain", "OHLC"), ("list", "--pipeline", "pipeline.yaml")])
def test_eighty_columns_of_a_terminal_are_enough(
    arguments: tuple[str, ...], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    lines = command("analytics", *arguments).out.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert len(lines) > 10
    assert [line for line in lines if len(line) > 80] == []


def test_lists_what_a_pipeline_produces(command: Command) -> None:
    passes = told(command, "list", "--pipeline", "pipeline.yaml")["passes"]
    compiled = basalt.compile("pipeline.yaml").passes
    assert {each["pass"]: [column["name"] for column in each["columns"]] for each in passes} == {
        name: [column.name for column in each.columns] for name, each in compiled.items()
    }
    close = next(column for column in passes[1]["columns"] if column["name"] == "Close")
    assert (close["type"], close["unit"], close["kind"]) == ("DOUBLE", "price", "state")
    only = told(command, "list", "--pipeline", "pipeline.yaml", "--module", "generic")["passes"]
    assert [each["pass"] for each in only] == ["five_minutes"]


def test_lists_indicators(command: Command) -> None:
    average = {"name": "SMA", "input_col": "Close", "timeperiod": 2}
    analytics = {**FIVE_MINUTES["generic_analytics"], "talib_indicators": [average]}  # type: ignore[dict-item]
    write_pipeline({**PIPELINE, "PASSES": [MINUTES, {**FIVE_MINUTES, "generic_analytics": analytics}]})
    done = command("analytics", "list", "--pipeline", "pipeline.yaml")
    assert "SMA_2" in done.out
    told_of = explained(command, "SMA_2", "--pipeline", "pipeline.yaml")
    assert told_of["formula"] == "SMA(Close, timeperiod=2)"
    lineage = told_of["lineage"]
    assert [each["column"] for each in lineage["reads"]] == ["Close"]
    assert lineage["how"] == "SMA(Close, timeperiod=2) in the order of TimeBucket, per ListingId"


def test_explains_a_column_by_its_name(command: Command) -> None:
    told_of = explained(command, "TradeBidVWAP")
    assert told_of["states"] == [
        {
            "name": "traded_value",
            "formula": "sum(LocalPrice * Size) FILTER (WHERE aggressor = 2 AND isfinite(LocalPrice))",
            "merge": "sum(traded_value)",
        },
        {
            "name": "priced_volume",
            "formula": "sum(Size) FILTER (WHERE aggressor = 2 AND isfinite(LocalPrice))",
            "merge": "sum(priced_volume)",
        },
    ]
    assert told_of["formula"] == "traded_value / nullif(priced_volume, 0)"
    assert told_of["requires"] == ["LocalPrice", "Size", "AggressorSide"]
    assert told_of["asked_by"] == "trade_analytics.generic_metrics: {measures: VWAP, sides: Bid}"
    assert told_of["reaggregation"].startswith("exact with auto")


@pytest.mark.parametrize(
    ("name", "metric", "kind", "asked_by"),
    [
        ("DiscrepancyToEBBOAskStd", "Discrepancy", "distribution", "{references: EBBO, sides: Ask, aggregations: Std}"),
        ("NegotiatedTradeVolumeBid", "Flag", "flow", "{flags: NegotiatedTrade, measures: Volume, sides: Bid}"),
        ("EffectiveSpread1s", "EffectiveSpread", "ratio", "{variant: EffectiveSpread, horizon: 1s}"),
        ("PricePointAtVenue", "PricePoint", "ratio", "{measures: PricePoint, scopes: Venue}"),
        ("L2VolatilityBidStd", "L2VolatilityStd", "distribution", "{source: Bid}"),
    ],
)
def test_explains_columns_of_every_group(command: Command, name: str, metric: str, kind: str, asked_by: str) -> None:
    told_of = explained(command, name)
    assert (told_of["column"], told_of["metric"], told_of["kind"]) == (name, metric, kind)
    assert told_of["asked_by"].endswith(asked_by)


@pytest.mark.parametrize("metric", load_library().metrics, ids=lambda metric: metric.name)
def test_every_metric_explains_itself(command: Command, metric: Any) -> None:  # noqa: ANN401 - a metric
    told_of = explained(command, metric.name)
    for field in ("title", "unit", "kind", "type", "null_rule", "known_at", "source"):
        assert told_of[field] == getattr(metric, field)
    assert told_of["formula"]
    text = command("analytics", "explain", metric.name).out
    assert "{{" not in text
    assert metric.source in text


def test_a_measure_of_several_metrics_lists_them(command: Command) -> None:
    columns = told(command, "explain", "OHLC")["columns"]
    assert [each["metric"] for each in columns] == ["Open", "High", "Low", "Close"]
    assert columns[3]["states"][0]["formula"] == "arg_max(LocalPrice, event_order)"


def test_says_why_a_median_does_not_merge(command: Command) -> None:
    told_of = explained(command, "MedianPrice")
    assert told_of["states"][0]["merge"] is None
    assert told_of["reaggregation"].startswith("none that is exact: median_price needs all rows at once")


def test_lineage_goes_through_passes_to_expressions_of_the_source(command: Command) -> None:
    tables = {"trades": {"path": "trades.parquet", "columns": {"LocalPrice": "LocalPrice * 2"}, "filter": "Size > 1"}}
    write_pipeline({**PIPELINE, "TABLES": tables, "START_DATE": "2025-03-03"})
    told_of = explained(command, "Close", "--pipeline", "pipeline.yaml", "--pass", "five_minutes")
    close = told_of["lineage"]["reads"][0]
    assert (close["relation"], close["column"]) == ("minutes", "Close")
    assert close["how"] == "arg_max(LocalPrice, event_order)"
    price, time = close["reads"]
    assert (price["relation"], price["column"], price["how"]) == (
        "trades",
        "LocalPrice",
        "CASE WHEN isfinite((LocalPrice * 2)) THEN (LocalPrice * 2) END",
    )
    assert price["source_columns"] == ["LocalPrice"]
    assert (time["column"], time["source_columns"]) == ("TradeTimestamp", ["TradeTimestamp"])
    rules = {each["what"]: each for each in told_of["rows"]["minutes"]}
    assert rules["filter of TABLES.trades"]["sql"] == "(Size > 1)"
    assert rules["filter of TABLES.trades"]["source_columns"] == ["Size"]
    assert rules["START_DATE and END_DATE"]["sql"] == "TradeTimestamp > TIMESTAMP '2025-03-03 00:00:00'"
    assert rules["key ListingId"]["source_columns"] == ["ListingId"]
    assert [each["what"] for each in told_of["rows"]["five_minutes"]] == [
        "key ListingId",
        "key TimeBucket, 300 s buckets (start, end], labelled by their end",
    ]


def test_a_column_of_several_passes_is_explained_in_each(command: Command) -> None:
    columns = told(command, "explain", "Close", "--pipeline", "pipeline.yaml")["columns"]
    assert [each["pass_name"] for each in columns] == ["minutes", "five_minutes"]


def test_parameters_are_those_of_the_pipeline(command: Command) -> None:
    asked = {"generic_metrics": [{"measures": "Volatility"}]}
    minutes = {**MINUTES, "time_bucket_seconds": 90, "trade_analytics": asked}
    write_pipeline({"TABLES": TABLES, "PASSES": [minutes]})
    told_of = explained(command, "TradeTotalVolatility", "--pipeline", "pipeline.yaml")
    assert told_of["formula"] == "total_return_deviation * sqrt(252 * 24 * 3600 * total_returns / 90)"
    settings = ("--set", "PASSES[minutes].time_bucket_seconds=30")
    changed = explained(command, "TradeTotalVolatility", "--pipeline", "pipeline.yaml", *settings)
    assert changed["formula"].endswith("/ 30)")


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (("explain", "Vwapp"), "BAS205", "did you mean 'VWAP'?"),
        (("explain", "TradeBidVolum"), "BAS205", "did you mean 'TradeBidVolume'?"),
        (("explain", "Closs", "--pipeline", "pipeline.yaml"), "BAS203", "did you mean 'Close'?"),
        (("explain", "Close", "--pipeline", "pipeline.yaml", "--pass", "minute"), "BAS104", "did you mean 'minutes'?"),
        (("explain", "Close", "--pass", "minutes"), "BAS104", "name it with --pipeline PATH"),
        (("list", "--module", "trades"), "BAS104", "did you mean 'trade'?"),
        (("list", "--pipeline", "pipeline.yaml", "--module", "generics"), "BAS104", "did you mean 'generic'?"),
        (
            ("list", "--pipeline", "pipeline.yaml", "--template-path", "x"),
            "BAS104",
            "--set TEMPLATE_PATHS=DIR changes it",
        ),
        (("list", "--template-path", "nowhere"), "BAS304", "there is no such folder of templates"),
    ],
)
def test_what_there_is_not(command: Command, arguments: tuple[str, ...], code: str, hint: str) -> None:
    done = command("analytics", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error {code}")
    assert hint in done.err


def test_a_metric_of_ones_own_is_listed_and_explained(command: Command, own: Path) -> None:
    generic = told(command, "list", "--module", "trade", "--template-path", str(own))["groups"][0]
    (mine,) = [each for each in generic["metrics"] if each["name"] == "MeanSquare"]
    assert (mine["column"], mine["unit"]) == ("Trade{side}MeanSquare", "price squared")
    told_of = explained(command, "TradeAskMeanSquare", "--template-path", str(own))
    assert told_of["formula"] == "weighted_squares / nullif(weights, 0)"
    assert told_of["source"] == "Our desk, note 12"
    assert command("analytics", "explain", "TradeAskMeanSquare").code == 2


def test_the_schema_takes_measures_of_ones_own(command: Command, own: Path) -> None:
    def measures(*arguments: str) -> list[str]:
        group = json.loads(command("schema", *arguments).out)["$defs"]["TradeGenericConfig"]
        return list(group["properties"]["measures"]["anyOf"][0]["enum"])

    assert set(measures("--template-path", str(own))) - set(measures()) == {"MeanSquare"}


def test_a_metric_of_ones_own_is_compiled_and_aggregated_again(command: Command, own: Path) -> None:
    assert own.is_dir()
    sql = command("compile", "own.yaml", "--pass", "minutes").out
    assert "sum(LocalPrice * LocalPrice * Size * Quality)" in sql
    produced = told(command, "list", "--pipeline", "own.yaml")["passes"]
    assert "TradeTotalMeanSquare" in [each["name"] for each in produced[0]["columns"]]
    lineage = explained(command, "TradeTotalMeanSquare", "--pipeline", "own.yaml", "--pass", "days")["lineage"]
    reads = {each["column"]: each["source_columns"] for each in lineage["reads"][0]["reads"]}
    assert reads == {"LocalPrice": ["LocalPrice"], "Size": ["Size"], "Quality": ["Size"]}
    with basalt.run("own.yaml") as result:
        days = result["days"].arrow().to_pylist()
    first = [(10.0, 100.0), (11.0, 50.0), (12.0, 10.0), (13.0, 5.0)]
    for row, trades in zip(sorted(days, key=lambda each: each["TimeBucket"]), (first, [(14.0, 7.0)]), strict=True):
        weights = [size * size / 10 for _, size in trades]
        squares = [price * price * weight for (price, _), weight in zip(trades, weights, strict=True)]
        assert math.isclose(row["TradeTotalMeanSquare"], sum(squares) / sum(weights), rel_tol=1e-12)


def test_the_states_of_a_return_over_a_bucket_keep_their_own_times(command: Command, own: Path) -> None:
    """A first and a last in one metric, merged over passes: each goes by its own trade."""
    assert command("compile", "own.yaml").code == 0
    header = yaml.safe_load(OWN.split("---")[1]) | {
        "name": "Return",
        "measure": "Return",
        "column": "Trade{side}Return",
        "states": {
            "first_price": {"aggregate": "first", "of": "LocalPrice"},
            "last_price": {"aggregate": "last", "of": "LocalPrice"},
        },
    }
    value = "{{ last_price }} / {{ first_price }} - 1"
    (own / "trade" / "return.sql").write_text(f"/* ---\n{yaml.safe_dump(header)}--- */\n{value}\n")
    minutes, days = (json.loads(json.dumps(each)) for each in OWN_PIPELINE["PASSES"])
    minutes["trade_analytics"]["generic_metrics"][0]["measures"] = ["Return"]
    days["generic_analytics"]["aggregations"] = {"TradeTotalReturn": "auto"}
    write_pipeline({**OWN_PIPELINE, "PASSES": [minutes, days]}, "own.yaml")
    with basalt.run("own.yaml") as result:
        rows = sorted(result["days"].arrow().to_pylist(), key=lambda each: each["TimeBucket"])
    assert [row["TradeTotalReturn"] for row in rows] == [13.0 / 10.0 - 1, 0.0]


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_what_is_printed(command: Command) -> None:
    assert f"```text\n{command('analytics', 'explain', 'TradeBidVWAP').out}```" in README
    lines = README.partition("A few of its lines:\n\n```text\n")[2].partition("```")[0].splitlines()
    printed = [line.split() for line in command("analytics", "list").out.splitlines()]
    assert len(lines) == 5
    assert [line for line in lines if line.split() not in printed] == []


def test_the_template_of_the_readme_is_the_one_that_is_tested() -> None:
    assert f"```sql\n{OWN}```" in README
