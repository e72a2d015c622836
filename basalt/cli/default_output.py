"""Where results land when a pipeline does not say: on a command line, a result exists only if it lands."""

from __future__ import annotations

from pathlib import Path

from basalt.configuration import AnalyticsConfig, ParquetTarget
from basalt.configuration.relative_paths import with_absolute_paths

_RUNS = ".basalt/runs"


def with_default_output(config: AnalyticsConfig, pipeline: Path) -> AnalyticsConfig:
    """Return the configuration, with what it leaves open beside the pipeline file.

    The records of runs are there, and every pass is written when it names no output at all.
    """
    changed: dict[str, object] = {} if config.RUNS_PATH else {"RUNS_PATH": _RUNS}
    if config.OUTPUT_TARGET is None and not any(each.output or each.extra_outputs for each in config.PASSES):
        changed["OUTPUT_TARGET"] = ParquetTarget()
    landing = config.model_copy(update=changed)
    return with_absolute_paths(landing, pipeline.expanduser().absolute().parent, str(pipeline))
