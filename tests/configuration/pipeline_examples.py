"""Pipelines for tests of reading them: one written out, and any that a strategy can think of."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

TWO_PASSES: dict[str, Any] = {
    "DATASETNAME": "demo",
    "START_DATE": "2025-03-03",
    "TABLES": {"trades": {"path": "data/*.parquet", "columns": {"LocalPrice": "price"}}},
    "PASSES": [
        {
            "name": "pass1",
            "modules": ["trade"],
            "time_bucket_seconds": 60,
            "trade_analytics": {"generic_metrics": [{"measures": ["Volume", "OHLC"], "sides": ["Total"]}]},
        },
        {
            "name": "pass2",
            "modules": ["generic"],
            "generic_analytics": {
                "source_pass": "pass1",
                "resample_rule": "15m",
                "aggregations": {"Close": "last"},
                "talib_indicators": [{"name": "SMA", "input_col": "Close", "timeperiod": 14}],
            },
        },
    ],
}

TWO_PASSES_YAML = """\
DATASETNAME: demo
START_DATE: 2025-03-03
TABLES:
  trades:
    path: data/*.parquet
    columns: {LocalPrice: price}
PASSES:
  - name: pass1
    modules: trade
    time_bucket_seconds: 60
    trade_analytics:
      generic_metrics:
        - measures: [Volume, OHLC]
          sides: Total
  - name: pass2
    modules: generic
    generic_analytics:
      source_pass: pass1
      resample_rule: 15m
      aggregations:
        Close: last
      talib_indicators:
        - {name: SMA, input_col: Close, timeperiod: 14}
"""


def two_passes() -> dict[str, Any]:
    """Return a right pipeline of two passes, to be changed at will."""
    return copy.deepcopy(TWO_PASSES)


def as_toml(value: object) -> str:
    """Return a TOML text of a mapping without nulls, one inline value for each key."""
    assert isinstance(value, dict)
    return "".join(f"{_toml_text(key)} = {_toml_value(inner)}\n" for key, inner in value.items())


def _toml_value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_text(key)} = {_toml_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml_value(inner) for inner in value) + "]"
    return _toml_text(value) if isinstance(value, str) else json.dumps(value)


def _toml_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,8}", fullmatch=True).filter(lambda name: "__" not in name)
"""Names of passes and tables."""

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    [
        "NO",
        "on",
        "0700",
        "1e5",
        "13:30",
        "2025-03-03",
        "null",
        "true",
        "~",
        "x: y",
        "#",
        "1_000",
        "<<",
        ".inf",
        "=",
        "1.0",
    ]
)
_SCALARS = _WORDS | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False, width=32)
_OPTIONAL_PASS_KEYS: Mapping[str, st.SearchStrategy[Any]] = {
    "time_bucket_seconds": st.integers(1, 86_400) | st.sampled_from([0.5, 7.5, 0.000001]),
    "time_bucket_anchor": st.sampled_from(["end", "start"]),
    "time_bucket_origin": st.sampled_from(["13:30", "2025-03-03T13:30:00.000000001", "09:00:00"]),
    "output": st.just({"path_template": "/out/{datasetname}/{pass}.parquet"}),
}
_TRADE = st.fixed_dictionaries(
    {"measures": _WORDS | st.lists(_WORDS, min_size=1, max_size=3)},
    optional={"sides": st.lists(st.sampled_from(["Total", "Bid", "Ask", "Unknown"]), min_size=1, max_size=2)},
)
_TABLE = st.fixed_dictionaries(
    {"table": _WORDS}, optional={"columns": st.dictionaries(_WORDS, _WORDS, max_size=2), "filter": _WORDS}
)


@st.composite
def pipelines(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a right pipeline of trade passes as plain data, without nulls, with words that formats disagree about."""
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique_by=str.casefold))
    tables, passes = names[:1], names[1:]
    pipeline: dict[str, Any] = {
        "PASSES": [
            {
                "name": name,
                "modules": draw(st.sampled_from(["trade", ["trade"]])),
                "trade_analytics": {"generic_metrics": draw(st.lists(_TRADE, min_size=1, max_size=2))},
                **draw(st.fixed_dictionaries({}, optional=_OPTIONAL_PASS_KEYS)),
            }
            for name in passes
        ],
        "TABLES": {name: draw(_TABLE) for name in tables},
    }
    return pipeline | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "START_DATE": st.dates().map(str),
                "UNIVERSE": st.fixed_dictionaries({"MIC": st.lists(_SCALARS, max_size=3), "Ticker": _SCALARS}),
            },
        )
    )
