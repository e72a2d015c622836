"""Plans an ``l2`` pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from basalt.catalog.library import load_library
from basalt.compiler.modules.events.checks import check_all
from basalt.compiler.modules.events.inputs import events_table
from basalt.compiler.modules.l2.expansion import requests
from basalt.compiler.modules.l2.planned import L2Pass
from basalt.compiler.plan import Inputs
from basalt.compiler.scans import uses_reference
from basalt.configuration import AnalyticsConfig, PassConfig


class L2Module:
    """Metrics of the order book per listing and time bucket."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read: ``l2``, or ``quotes`` where only those are given."""
        own = events_table(config, "l2", book_table(pipeline), pipeline)
        return (*own, "reference") if uses_reference(pipeline) else own

    def plan(self, config: PassConfig, inputs: Inputs) -> L2Pass:
        """Return the plan of the pass.

        Raises DuplicateColumnError, or BindingError listing every column a metric lacks.
        """
        source = inputs.events(config, "l2", book_table(inputs.config))
        library = load_library(inputs.config.TEMPLATE_PATHS)
        planned = L2Pass(config, inputs, source, requests(config, library, source))
        check_columns(planned)
        return planned


def book_table(pipeline: AnalyticsConfig) -> str:
    """Return the table that has the book: ``quotes`` where only those are given."""
    return "quotes" if "quotes" in pipeline.TABLES and "l2" not in pipeline.TABLES else "l2"


def check_columns(planned: L2Pass) -> None:
    """Raise BindingError with every column that is missing, or is not of a type it can be, and what needs it."""
    reads: list[Callable[[], object]] = [partial(planned.source.require, "ListingId", f"pass {planned.config.name}")]
    reads += [
        partial(planned.rows.column, column, f"pass {planned.config.name}: {request.column}")
        for request in planned.asked
        for column in request.requires
    ]
    check_all([planned.source.event_time, *reads])
