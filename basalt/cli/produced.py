"""The columns that a pipeline produces, printed as tables or as JSON."""

from __future__ import annotations

import json

import basalt
from basalt.cli.catalogue import HEADINGS
from basalt.cli.output import put
from basalt.cli.tables import print_described
from basalt.compiler.columns import Column
from basalt.configuration import AnalyticsConfig
from basalt.errors import CallError, listing, nearest


def print_produced(config: AnalyticsConfig, module: str | None, *, as_json: bool) -> None:
    """Print the columns of every pass in run order, of the passes of one module where one is named.

    Raises what ``basalt.compile`` raises, CallError when no pass is of the module.
    """
    modules = {each.name: each.modules[0] for each in config.PASSES}
    if module is not None and module not in modules.values():
        known = dict.fromkeys(modules.values())
        message = f"there is no pass of module {module!r}; there are passes of {listing(known)}"
        raise CallError(message, place="--module", suggestion=nearest(module, known))
    compiled = basalt.compile(config).passes
    passes = {name: each.columns for name, each in compiled.items() if module in (None, modules[name])}
    if as_json:
        data = [
            {"pass": name, "module": modules[name], "columns": [*map(_data, each)]} for name, each in passes.items()
        ]
        put(f"{json.dumps({'passes': data}, indent=2, ensure_ascii=False)}\n")
        return
    for position, (name, columns) in enumerate(passes.items()):
        put("\n" if position else "")
        put(f"{name}: {modules[name]}\n\n")
        print_described(HEADINGS, [(each.name, each.type, each.kind, each.unit, each.title) for each in columns])


def _data(column: Column) -> dict[str, object]:
    return column.model_dump(mode="json")
