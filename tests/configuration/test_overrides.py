"""Single values are replaced from outside, and nothing else changes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_examples import pipelines, two_passes

from basalt.configuration import AnalyticsConfig, TableConfig
from basalt.configuration.diagnosis.places import Place, show_place
from basalt.configuration.load import load_pipeline
from basalt.configuration.overrides import apply_overrides
from basalt.configuration.problems import validate
from basalt.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


def overridden(*overrides: str) -> AnalyticsConfig:
    return validate(apply_overrides(two_passes(), overrides).raw)


def test_a_value_by_position_and_by_name() -> None:
    for place in ("PASSES[0]", "PASSES[pass1]", "PASSES[-2]", "PASSES['pass1']"):
        config = overridden(f"{place}.time_bucket_seconds=300")
        assert [each.time_bucket_seconds for each in config.PASSES] == [300.0, None]


def test_elements_of_lists_and_whole_values() -> None:
    config = overridden(
        "PASSES[0].trade_analytics.generic_metrics[0].measures[1]=VWAP",
        "PASSES[pass1].modules=[trade]",
        "PASSES[pass2].generic_analytics.talib_indicators[SMA].timeperiod=20",
        "PASSES[pass2].generic_analytics.aggregations={Close: last, Volume: sum}",
        "UNIVERSE={MIC: [XPAR, ON]}",
        "END_DATE=2025-03-04",
    )
    trade, generic = config.PASSES
    assert trade.trade_analytics
    assert trade.trade_analytics.generic_metrics[0].measures == ["Volume", "VWAP"]
    assert generic.generic_analytics
    assert generic.generic_analytics.talib_indicators[0].timeperiod == 20
    assert generic.generic_analytics.aggregations == {"Close": ["last"], "Volume": ["sum"]}
    assert config.UNIVERSE
    assert config.UNIVERSE.where == {"MIC": ["XPAR", "ON"]}
    assert str(config.END_DATE) == "2025-03-04"


def test_text_needs_no_quotes() -> None:
    config = overridden(
        "TABLES.trades.filter=size > 100 and side = 'B'", 'TABLES.trades.columns."Local.Price"=price / 100'
    )
    assert config.TABLES["trades"].filter == "size > 100 and side = 'B'"
    assert config.TABLES["trades"].columns == {"LocalPrice": "price", "Local.Price": "price / 100"}


def test_what_is_not_there_is_added() -> None:
    config = overridden(
        "PASSES[0].output.path_template={pass}.parquet".replace("{", "'{", 1) + "'", "TABLES.quotes=q.parquet"
    )
    assert config.PASSES[0].output
    assert config.PASSES[0].output.path_template == "{pass}.parquet"
    assert config.TABLES["quotes"].path == ["q.parquet"]


def test_an_empty_value_is_nothing() -> None:
    assert overridden("START_DATE=").START_DATE is None


def test_later_overrides_see_earlier_ones() -> None:
    config = overridden("PASSES[pass2].name=bars", "PASSES[bars].time_bucket_seconds=900")
    assert (config.PASSES[1].name, config.PASSES[1].time_bucket_seconds) == ("bars", 900.0)


@pytest.mark.parametrize("short", ["a.parquet", ["a.parquet"], {"path": "a.parquet"}])
def test_a_short_form_of_a_table_is_opened(short: object) -> None:
    raw = {**two_passes(), "TABLES": {"trades": short}}
    config = validate(apply_overrides(raw, ["TABLES.trades.filter=size > 100"]).raw)
    assert config.TABLES["trades"] == TableConfig(path=["a.parquet"], filter="size > 100")


def test_the_pipeline_given_is_left_as_it_is() -> None:
    raw = two_passes()
    before = copy.deepcopy(raw)
    apply_overrides(raw, ["PASSES[0].modules[0]=x", "TABLES.trades.columns.Size=q", "PASSES[1].generic_analytics={}"])
    assert raw == before


PYTHON_WITH_DATA = """
import pyarrow as pa
from basalt.configuration import AnalyticsConfig, PassConfig, TableConfig

DATA = pa.table({"ListingId": [1], "Size": [2.0]})
PASS = {"name": "pass1", "modules": "trade", "trade_analytics": {"generic_metrics": [{"measures": "VWAP"}]}}
"""
QUOTES = " (put text with special characters in quotes)"
OVERRIDES = ["TABLES.trades.filter=Size > 1", "PASSES[pass1].time_bucket_seconds=300"]


@pytest.mark.parametrize(
    "definition",
    [
        "CONFIG = AnalyticsConfig(PASSES=[PassConfig(**PASS)], TABLES={'trades': DATA})",
        "CONFIG = AnalyticsConfig(PASSES=[PASS], TABLES={'trades': TableConfig(data=DATA)})",
        "USER_CONFIG = {'PASSES': [PASS], 'TABLES': {'trades': DATA}}",
        "USER_CONFIG = {'PASSES': [PassConfig(**PASS)], 'TABLES': {'trades': {'data': DATA}}}",
    ],
)
def test_data_in_memory_is_carried_along(tmp_path: Path, definition: str) -> None:
    file = tmp_path / "pipeline.py"
    file.write_text(PYTHON_WITH_DATA + definition)
    config = load_pipeline(file, OVERRIDES)
    assert config.TABLES["trades"].data.equals(pa.table({"ListingId": [1], "Size": [2.0]}))
    assert config.TABLES["trades"].filter == "Size > 1"
    assert config.PASSES[0].time_bucket_seconds == 300.0


def test_tables_added_to_a_configuration_later_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.py"
    file.write_text(PYTHON_WITH_DATA + "CONFIG = AnalyticsConfig(PASSES=[PASS])\nCONFIG.TABLES['trades'] = DATA\n")
    assert load_pipeline(file).TABLES["trades"].data.num_rows == 1


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("PASSES[0]", "there is no '='; write PLACE=VALUE (a place and a value: PASSES[0].time_bucket_seconds=300)"),
        ("PASSES[2].x=1", "there is no PASSES[2], the list has 2 (positions count from 0)"),
        ("PASSES[-3].x=1", "there is no PASSES[-3], the list has 2 (positions count from 0)"),
        ("PASSES[pass3].x=1", "PASSES has no element called 'pass3' (did you mean 'pass2'?)"),
        ("PASSES[q].x=1", "PASSES has no element called 'q' (there are: pass1, pass2)"),
        ("PASSES.name=1", "PASSES is a list of 2 (name one of its elements: PASSES[0])"),
        ("PASSES[0].name.x=1", "PASSES[0].name is 'pass1', there is nothing inside it"),
        ("TABLES[trades]=1", "TABLES is a mapping, not a list (its keys: trades)"),
        ("[0].x=1", "the pipeline is a mapping, not a list (its keys: DATASETNAME, START_DATE, TABLES, PASSES)"),
        ("UNIVERSE[0]=1", "there is no UNIVERSE (give it whole: UNIVERSE=[...])"),
        ("PASSES[0].modules=*x", f"the value '*x' is not YAML: found undefined alias 'x'{QUOTES}"),
        (
            "UNIVERSE={MIC: a, MIC: b}",
            f"the value '{{MIC: a, MIC: b}}' is not YAML: MIC is given twice, first on line 1{QUOTES}",
        ),
    ],
)
def test_an_override_that_does_not_fit(override: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        apply_overrides(two_passes(), [override])
    assert str(refused.value) == f"BAS101 override {override!r}: {told}"


def test_a_name_given_twice_is_ambiguous() -> None:
    raw = {"PASSES": [{"name": "a"}, {"name": "a"}]}
    with pytest.raises(ConfigurationError, match=r"PASSES has 2 elements called 'a' \(use the position: PASSES\[0\]\)"):
        apply_overrides(raw, ["PASSES[a].x=1"])


def test_every_override_that_does_not_fit_is_reported() -> None:
    with pytest.raises(ConfigurationError) as refused:
        apply_overrides(two_passes(), ["a", "DATASETNAME=x", "PASSES[9]=1"])
    assert [problem.place for problem in refused.value.problems] == ["override 'a'", "override 'PASSES[9]=1'"]


def test_a_wrong_value_names_the_override_it_came_from(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yaml"
    trades = "{generic_metrics: [{measures: []}]}"
    file.write_text(f"PASSES:\n  - name: a\n    modules: trade\n    trade_analytics: {trades}\n")
    with pytest.raises(ConfigurationError) as refused:
        load_pipeline(file, ["PASSES[a].modules=trad"])
    assert [problem.place for problem in refused.value.problems] == [
        "override 'PASSES[a].modules=trad': PASSES[0].modules",
        f"{file}:4:42: PASSES[0].trade_analytics.generic_metrics[0].measures",
    ]


def leaves(value: Any, place: Place = ()) -> list[Place]:  # noqa: ANN401
    parts: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    inner = [leaf for part in parts for leaf in leaves(value[part], (*place, part))]
    return inner or [place]


def apart(value: Any) -> Any:  # noqa: ANN401 - raw data
    """A copy in which nothing stands in two places at once, as passes drawn with one output have it."""
    if isinstance(value, dict):
        return {key: apart(item) for key, item in value.items()}
    return [apart(item) for item in value] if isinstance(value, list) else value


@given(pipeline=pipelines(), data=st.data())
def test_an_override_is_the_same_as_writing_the_value(pipeline: dict[str, Any], data: st.DataObject) -> None:
    *above, last = place = data.draw(st.sampled_from(leaves(pipeline)))
    changed = apart(pipeline)
    inner = changed
    for part in above:
        inner = inner[part]
    inner[last] = "new value"
    assert apply_overrides(pipeline, [f"{show_place(place)}=new value"]).raw == changed
