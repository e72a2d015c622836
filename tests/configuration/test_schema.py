"""The JSON Schema takes what the configuration takes, and underlines what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from json_schema_check import faults
from pipeline_examples import TWO_PASSES_YAML, pipelines, two_passes

from basalt.configuration.formats.yaml_text import read_yaml
from basalt.configuration.overrides import apply_overrides
from basalt.configuration.schema import json_schema

SCHEMA = json_schema()
VALUES = {"TradeGenericConfig.measures": ["Volume", "VWAP", "OHLC"], "TalibIndicatorConfig.name": ["RSI", "SMA"]}


def test_the_pipeline_written_by_hand_fits() -> None:
    assert faults(read_yaml(TWO_PASSES_YAML).value, SCHEMA) == []
    assert faults(read_yaml(TWO_PASSES_YAML).value, json_schema(VALUES)) == []


@given(pipeline=pipelines())
def test_every_right_pipeline_fits(pipeline: dict[str, Any]) -> None:
    assert faults(pipeline, SCHEMA) == []


@pytest.mark.parametrize(
    "short",
    [
        "PASSES[0].modules=trade",
        "PASSES[0].trade_analytics.generic_metrics[0].measures=VWAP",
        "PASSES[0].trade_analytics.generic_metrics[0].sides=[Bid, Ask]",
        "PASSES[1].generic_analytics.group_by=MIC",
        "PASSES[1].generic_analytics.aggregations=auto",
        "PASSES[1].generic_analytics.aggregations=[Close, Volume]",
        "PASSES[1].generic_analytics.aggregations.Close=[first, {weighted_mean: Volume}]",
        "PASSES[1].generic_analytics.aggregations.Close={weighted_mean: Volume}",
        "TABLES.trades=data/*.parquet",
        "TABLES.trades=[a.parquet, b.parquet]",
        "UNIVERSE=[1, 2]",
        "UNIVERSE={MIC: XPAR, Ticker: [AIR, MC]}",
        "UNIVERSE={name: mine, where: {MIC: [XPAR]}}",
        "START_DATE=",
        "$schema=./basalt.schema.json",
    ],
)
def test_short_forms_fit(short: str) -> None:
    assert faults(apply_overrides(two_passes(), [short]).raw, json_schema(VALUES)) == []


@pytest.mark.parametrize(
    "mistake",
    [
        "TABELS={}",
        "PASSES[0].time_bucket_second=60",
        "PASSES[0].modules=trad",
        "PASSES[0].modules=[]",
        "PASSES[0].time_bucket_seconds=fast",
        "PASSES[0].time_bucket_seconds=true",
        "PASSES[0].trade_analytics.generic_metrics[0].measures=VWAPP",
        "PASSES[0].trade_analytics.generic_metrics[0].measures=[Volume, VWAPP]",
        "PASSES[0].trade_analytics.generic_metrics[0].side=Bid",
        "PASSES[1].generic_analytics.aggregations.Close=lst",
        "PASSES[1].generic_analytics.aggregations.Close=[last, lst]",
        "PASSES[1].generic_analytics.aggregations.Close={weighted_men: Volume}",
        "PASSES[1].generic_analytics.aggregations=autos",
        "PASSES[1].generic_analytics.talib_indicators[0].name=SMAA",
        "PASSES[1].generic_analytics.talib_indicators[0].output_index=-1",
        "PASSES=[]",
        "TABLES.trades.data=x",
        "TABLES.trades=5",
        "START_DATE=2025-02-30",
    ],
)
def test_mistakes_do_not_fit(mistake: str) -> None:
    assert faults(apply_overrides(two_passes(), [mistake]).raw, json_schema(VALUES)) != []


def test_every_key_is_described() -> None:
    models = {"top": SCHEMA, **SCHEMA["$defs"]}
    keys = [(name, key, inner) for name, model in models.items() for key, inner in model["properties"].items()]
    assert len(keys) > 40
    assert [(name, key) for name, key, inner in keys if not inner.get("description")] == []
    assert [name for name, model in models.items() if not model.get("description")] == []


def test_data_in_memory_is_for_python_only() -> None:
    assert "data" not in SCHEMA["$defs"]["TableConfig"]["properties"]


def test_words_of_the_caller_are_taken_for_one_and_for_many() -> None:
    one, many = json_schema(VALUES)["$defs"]["TradeGenericConfig"]["properties"]["measures"]["anyOf"]
    assert one["enum"] == many["items"]["enum"] == ["Volume", "VWAP", "OHLC"]


@pytest.mark.parametrize("field", ["measures", "TradeGenericConfig.measure", "NoConfig.x", "PassConfig.output"])
def test_words_for_a_field_that_is_not_there_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match="is not a text field of the configuration"):
        json_schema({field: ["x"]})


def test_the_schema_is_json_and_names_its_draft() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema == json_schema()
