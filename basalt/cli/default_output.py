"""Where results land when a pipeline does not say: on a command line, a result exists only if it lands."""

from __future__ import annotations

from pathlib import Path

from basalt.configuration import AnalyticsConfig, ParquetTarget
from basalt.configuration.relative_paths import with_absolute_paths


def with_default_output(config: AnalyticsConfig, pipeline: Path) -> AnalyticsConfig:
    """Return the configuration, with every pass written beside the pipeline file when it names no output at all."""
    if config.OUTPUT_TARGET is not None or any(each.output or each.extra_outputs for each in config.PASSES):
        return config
    landing = config.model_copy(update={"OUTPUT_TARGET": ParquetTarget()})
    return with_absolute_paths(landing, pipeline.expanduser().absolute().parent, str(pipeline))
