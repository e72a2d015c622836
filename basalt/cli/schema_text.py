"""The JSON Schema of a pipeline file with the words that the catalogue knows."""

from __future__ import annotations

import json

from basalt.catalog.indicators import indicator_names
from basalt.catalog.library import load_library
from basalt.configuration.schema import json_schema


def schema_text() -> str:
    """Return the schema as JSON; measures and indicators take the names of those there are."""
    names = {
        "TradeGenericConfig.measures": list(load_library().measures("trade")),
        "TalibIndicatorConfig.name": list(indicator_names()),
    }
    return f"{json.dumps(json_schema(names), indent=2, ensure_ascii=False)}\n"
