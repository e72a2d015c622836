"""What decides the rows of a pass beside its inputs, as hashes that are the same as long as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import duckdb

from basalt.catalog.indicators import library_version
from basalt.configuration import AnalyticsConfig, OutputTarget
from basalt.engine.job import Job

Fingerprint = Mapping[str, str]
"""``sql``: the SQL, the indicators and the checks of the pass and of all it reads; ``configuration``: what it was
compiled from; ``output``: how it is written; ``engine``: the programs that compute it."""

_DECIDES = ("PASSES", "TABLES", "UNIVERSE", "TEMPLATE_PATHS", "EXCLUDE_WEEKENDS", "QUALITY")


def fingerprint(job: Job, target: OutputTarget) -> Fingerprint:
    """Return the fingerprint of a pass in an output, from the job of it alone, without dates."""
    passes = job.compiled.passes.values()
    told: dict[str, Any] = json.loads(job.config.model_dump_json(include=set(_DECIDES)))
    told["PASSES"] = [{**each, "output": None, "extra_outputs": None} for each in told["PASSES"]]
    engine = f"DuckDB {_release(duckdb.__version__)}"
    if any(each.indicators for each in passes):
        engine += f", TA-Lib {_release(library_version())}"
    computed = [[each.fingerprint, *(column.model_dump_json() for column in each.columns)] for each in passes]
    return {
        "sql": _hash([*computed, *_checks(job.config)]),
        "configuration": _hash(told),
        "output": _hash(target.model_dump_json()),
        "engine": engine,
    }


def _checks(config: AnalyticsConfig) -> list[str]:
    """Return the checks of passes: rows that were not asked them may not be what they should."""
    asked = (each.quality or config.QUALITY for each in config.PASSES)
    return [each.model_dump_json() for each in asked if each is not None]


def _release(version: str) -> str:
    """Return the part of a version that changes with what a program does."""
    return ".".join(version.split(".")[:2])


def _hash(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
