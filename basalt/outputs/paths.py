"""Where an output file goes."""

from __future__ import annotations

from pathlib import Path

from basalt.configuration import AnalyticsConfig, OutputTarget


def output_path(target: OutputTarget, pass_name: str, config: AnalyticsConfig) -> Path:
    """Return the file a pass is written to, its template filled in from the pipeline."""
    return Path(
        target.path_template.format(
            **{
                "datasetname": config.DATASETNAME,
                "pass": pass_name,
                "universe": config.UNIVERSE.name if config.UNIVERSE else "all",
                "start_date": config.START_DATE.isoformat() if config.START_DATE else "first",
                "end_date": config.END_DATE.isoformat() if config.END_DATE else "last",
            }
        )
    )
