"""Where a module over raw events reads them."""

from __future__ import annotations

from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.passes import ModuleName


def events_table(config: PassConfig, module: ModuleName, default: str, pipeline: AnalyticsConfig) -> tuple[str, ...]:
    """Return the source table that a module reads; none where it reads an earlier pass."""
    if (given := config.module_inputs.get(module)) is None:
        return (default,)
    return () if given in {each.name for each in pipeline.PASSES} else (given,)
