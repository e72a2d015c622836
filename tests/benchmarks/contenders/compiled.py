"""The SQL that Basalt compiled a workload to, in a file beside the results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAME = "compiled.json"


def read_passes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the compiled passes by name, as plain data: Basalt itself is not imported."""
    return json.loads((folder / NAME).read_text())["passes"]
