"""Publishes a pipeline, and says what each of its passes has become."""

from __future__ import annotations

from pathlib import Path

import basalt
from basalt.cli.tables import print_described
from basalt.configuration import AnalyticsConfig
from basalt.engine.publishing import PublishedForm
from basalt.errors import CallError


def print_published(config: AnalyticsConfig, target: str, form: PublishedForm) -> None:
    """Publish a pipeline and print a table of its passes.

    Raises CallError for a target that is no file, and what ``basalt.publish`` raises.
    """
    if "://" in target:
        message = f"{target.partition('://')[0]} is not what a pipeline can be published to"
        raise CallError(message, place="--to", suggestion="name a DuckDB file, such as market.duckdb")
    found = basalt.publish(config, Path(target), form=form)
    print_described(("pass", "is a", "because"), ((each.name, each.kind, each.reason or "-") for each in found))
