"""What decides the rows of a pass beside its inputs, as hashes that are the same as long as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import duckdb
import talib

from basalt.compiler.model import CompiledPipeline
from basalt.configuration import AnalyticsConfig, OutputTarget

Fingerprint = Mapping[str, str]
"""``sql``: the SQL and the indicators of the pass and of all it reads; ``configuration``: what it was compiled from;
``output``: how it is written; ``engine``: the programs that compute it."""

_DECIDES = ("PASSES", "TABLES", "UNIVERSE", "TEMPLATE_PATHS", "EXCLUDE_WEEKENDS")


def fingerprint(undated: CompiledPipeline, config: AnalyticsConfig, name: str, target: OutputTarget) -> Fingerprint:
    """Return the fingerprint of a pass in an output; ``undated`` is the pipeline compiled without dates."""
    chain = list(undated.closure(name))
    passes = [undated.passes[each] for each in chain]
    told: dict[str, Any] = json.loads(config.model_dump_json(include=set(_DECIDES)))
    told["PASSES"] = [
        {**each, "output": None, "extra_outputs": None} for each in told["PASSES"] if each["name"] in chain
    ]
    has_indicators = any(each.indicators for each in passes)
    return {
        "sql": _hash([[each.fingerprint, *(column.model_dump_json() for column in each.columns)] for each in passes]),
        "configuration": _hash(told),
        "output": _hash(target.model_dump_json()),
        "engine": f"DuckDB {_release(duckdb.__version__)}"
        + (f", TA-Lib {_release(talib.__version__)}" if has_indicators else ""),
    }


def _release(version: str) -> str:
    """Return the part of a version that changes with what a program does."""
    return ".".join(version.split(".")[:2])


def _hash(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
