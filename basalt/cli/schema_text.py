"""The JSON Schema of a pipeline file with the words that the catalogue knows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from basalt.catalog.indicators import indicator_names
from basalt.catalog.library import load_library
from basalt.configuration.schema import json_schema


def schema_text(template_paths: Iterable[Path]) -> str:
    """Return the schema as JSON; measures, those of a user's folders among them, and indicators are those there are.

    Raises TemplateError for templates that cannot be used.
    """
    names = {
        "TradeGenericConfig.measures": list(load_library(template_paths).measures("trade")),
        "TalibIndicatorConfig.name": list(indicator_names()),
    }
    return f"{json.dumps(json_schema(names), indent=2, ensure_ascii=False)}\n"
