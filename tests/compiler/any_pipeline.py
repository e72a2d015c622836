"""Any configuration there can be: the models walked field by field, with values that mostly have a meaning there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from hostile import NASTY, quoted
from hypothesis import strategies as st

from basalt.catalog.tables import CANONICAL_TABLES, assumed_schema
from basalt.compiler.sql import is_text
from basalt.configuration import (
    BookAnalyticsConfig,
    GenericAnalyticsConfig,
    L2AnalyticsConfig,
    L2TWAnalyticsConfig,
    QualityConfig,
    TradeAnalyticsConfig,
)
from basalt.configuration.diagnosis.shapes import alternatives, is_model

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = type["BaseModel"]

HOSTILE = [name for name in NASTY if len(name) < 1_000]
TYPES = ["DOUBLE", "FLOAT", "BIGINT", "INTEGER", "UBIGINT", "HUGEINT", "DECIMAL(18,4)", "VARCHAR", "BOOLEAN", "DATE"]
TYPES += ["TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "BLOB", "DOUBLE[]", "STRUCT(a DOUBLE)", "UUID"]

_COLUMNS = ["Close", "Open", "High", "Low", "TradeTotalVolume", "TradeTotalVWAP", "TradeTotalCount", "MIC", "ListingId"]
_COLUMNS += [
    "TimeBucket",
    "BidPrice1",
    "AskPrice1",
    "SpreadBps",
    "InstrumentId",
    "Classification",
    "Size",
    "LocalPrice",
]
_RULES = ["5m", "15m", "1h", "1d", "1w", "1mo", "1q", "1y", "session", "7s", "90s", "500ms", "36h", "0m", "x"]
_TIMES = ["09:30", "16:00", "00:00", "24:00", "08:00:00.000000001", "2025-03-03T09:30:00", "noon"]
_MEASURES = ["Volume", "Count", "VWAP", "OHLC", "MedianPrice", "Volatility", "NotionalEUR", "RetailCount", "VPIN"]
_MEASURES += ["KyleLambda", "TWAP", "Parkinson", "UptickCount", "SizeQ50", "Roll", "TradePrice", "Amihud"]

_WORDS: dict[str, list[Any]] = {
    "measures": _MEASURES,
    "name": ["SMA", "EMA", "RSI", "MACD", "BBANDS", "ADX", "OBV", "ATR", "HT_SINE", "MAXINDEX", "XYZ"],
    "references": ["EBBO", "PreTradeMid", "MidPrice", "BestBid", "QuoteMid"],
    "horizon": ["1s", "100ms", "1000ms", "5m"],
    "resample_rule": _RULES,
    "max_age": _RULES,
    "time_zone": ["UTC", "Europe/London", "America/New_York", "Mars/Olympus"],
    "open": [*_TIMES, "Open"],
    "close": [*_TIMES, "Close"],
    "output_name_pattern": ["{column}_{aggregation}", "{column}", "{measures}_{sides}", "{metric}", "{x}", "{", "a"],
    "metric_prefix": ["", "My", "{x}", "a b"],
    "session_breaks": ["HALTED", "CLOSED"],
    "table": ["members", "trades", "first", "vendor"],
    "by": ["ListingId", "Ticker", "MIC"],
    "what": ["ids", "rows", "columns"],
    "names": _COLUMNS,
    "attribute_filters": ["MIC", "Ticker", "MarketState"],
    "market_states": ["OPEN", "CLOSED"],
    "group_by": ["ListingId", "TimeBucket", "InstrumentId", "MIC", "Ticker"],
    "input_col": ["Close", "TradeTotalVolume"],
}
_EXTREMES = [0, -1, 1e-9, 10**9, 1e300, float("inf"), float("nan")]

any_text = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)

column_names = any_text.filter(lambda name: bool(name) and is_text(name))
"""What a table can have."""


def _texts(field: str) -> st.SearchStrategy[str]:
    usual = st.sampled_from(_WORDS.get(field, _COLUMNS))
    return st.integers(0, 9).flatmap(lambda chance: usual if chance else any_text)


def _mostly(usual: list[Any], extreme: list[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 9).flatmap(lambda chance: st.sampled_from(usual if chance else extreme))


def _scalars(annotation: object, field: str) -> st.SearchStrategy[Any]:
    known: dict[object, st.SearchStrategy[Any]] = {
        str: _texts(field),
        bool: st.booleans(),
        int: _mostly([1, 2, 3, 5, 10, 14], [0, -1, 10**6]),
        float: _mostly([1, 2, 0.5, 0.1, 14, 60, 3.7], _EXTREMES),
        date: st.dates(date(1999, 1, 1), date(2030, 1, 1)).map(str),
    }
    return known.get(annotation, st.none())


def values(annotation: object, field: str) -> st.SearchStrategy[Any]:
    """Values of a type, such as the field of that name would have."""
    return st.one_of([_values(each, field) for each in alternatives(annotation)])


def _values(annotation: Any, field: str) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any type there is
    origin, arguments = get_origin(annotation), get_args(annotation)
    if is_model(annotation):
        return models(annotation)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is list:
        return st.lists(values(arguments[0], field), min_size=1, max_size=3)
    if origin is dict:
        keys = values(arguments[0], field)
        return st.dictionaries(keys, values(arguments[1], field), min_size=1, max_size=3)
    return _scalars(annotation, field)


@st.composite
def models(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """Draw a model's fields: those it needs, and a few of the others."""
    fields = model.model_fields
    others = [name for name, field in fields.items() if not field.is_required()]
    chosen = set(draw(st.lists(st.sampled_from(others), max_size=3, unique=True))) if others else set()
    return {
        name: draw(values(field.annotation, name))
        for name, field in fields.items()
        if field.is_required() or name in chosen
    }


_EVENTS: dict[str, Model] = {
    "trade": TradeAnalyticsConfig,
    "l2": L2AnalyticsConfig,
    "l2tw": L2TWAnalyticsConfig,
    "book": BookAnalyticsConfig,
}
_BUCKETS: dict[str, st.SearchStrategy[Any]] = {
    "time_bucket_seconds": st.sampled_from([1, 60, 0.5, 7, 3600, 1e-9, 86400]),
    "time_bucket_anchor": st.sampled_from(["end", "start"]),
    "time_bucket_closed": st.sampled_from(["right", "left"]),
    "time_bucket_origin": st.sampled_from(_TIMES[:5]),
    "timeline_mode": st.sampled_from(["dense", "sparse_original"]),
}


@st.composite
def _passes(draw: st.DrawFn) -> list[dict[str, Any]]:
    modules = draw(st.lists(st.sampled_from(sorted(_EVENTS)), min_size=1, max_size=2, unique=True))
    first = {"name": "first", "modules": modules}
    first |= {f"{module}_analytics": draw(models(_EVENTS[module])) for module in modules}
    if "book" not in modules:
        first |= draw(st.fixed_dictionaries({}, optional=_BUCKETS))
    passes = [first]
    for name in draw(st.sampled_from([[], ["second"], ["second", "third"]])):
        analytics = draw(models(GenericAnalyticsConfig))
        analytics["source_pass"] = draw(st.sampled_from([passes[-1]["name"], passes[-1]["name"], "vendor"]))
        passes.append({"name": name, "modules": ["generic"], "generic_analytics": analytics})
    for each in passes:
        if draw(st.integers(0, 3)) == 0:
            each["quality"] = draw(models(QualityConfig))
    return passes


_EXPRESSIONS = st.sampled_from(["a", "price * 2", "sum(a)", "NULL", "1; DROP TABLE x", "CAST(a AS DOUBLE)"]) | any_text


@st.composite
def _schemas(draw: st.DrawFn) -> dict[str, dict[str, str]]:
    """Draw schemas: the canonical ones with columns missing, of another type, or of any name besides."""
    found: dict[str, dict[str, str]] = {}
    for table in CANONICAL_TABLES:
        schema = dict(assumed_schema(table) or {})
        for name in draw(st.lists(st.sampled_from(sorted(schema)), max_size=1)):
            schema[name] = draw(st.sampled_from(TYPES))
        for name in draw(st.lists(column_names, max_size=2)):
            schema.setdefault(name, draw(st.sampled_from(TYPES)))
        found[table] = schema
    bars = {"ListingId": "BIGINT", "TimeBucket": "TIMESTAMP", "Close": "DOUBLE", "TradeTotalVolume": "DOUBLE"}
    found["vendor"] = bars | {draw(column_names): draw(st.sampled_from(TYPES))}
    found["members"] = {"ListingId": "BIGINT", "Index": "VARCHAR", "Weight": "DOUBLE"}
    return found


@st.composite
def pipelines(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """Draw a pipeline, right or wrong, and the schemas of its sources."""
    schemas = draw(_schemas())
    tables: dict[str, Any] = {name: {"table": name} for name in schemas}
    if draw(st.booleans()):
        own = draw(st.sampled_from(list(schemas["trades"])))
        mapped = st.dictionaries(
            st.sampled_from(_COLUMNS) | any_text, st.just(own) | _quoted(own) | _EXPRESSIONS, max_size=2
        )
        tables["trades"]["columns"] = draw(mapped)
    pipeline = {"TABLES": tables, "PASSES": draw(_passes())}
    others = {
        "START_DATE": st.sampled_from(["2025-03-03", "0001-01-01", "9999-12-31"]),
        "END_DATE": st.sampled_from(["2025-03-05", "9999-12-31"]),
        "UNIVERSE": st.dictionaries(
            st.sampled_from(["MIC", "Ticker", "ListingId"]), any_text | st.integers(), min_size=1
        ),
        "QUALITY": models(QualityConfig),
    }
    return pipeline | draw(st.fixed_dictionaries({}, optional=others)), schemas


def _quoted(name: str) -> st.SearchStrategy[str]:
    return st.just(f"{quoted(name)} -- as it is")
