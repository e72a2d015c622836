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
from basalt.compiler.sessions import TABLE
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.errors import CompileError


class L2Module:
    """Metrics of the order book per listing and time bucket."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read: ``l2`` or ``quotes``, and ``marketstate`` for breaks."""
        own = events_table(config, "l2", book_table(pipeline), pipeline)
        analytics = config.l2_analytics
        breaks = (TABLE,) if analytics is not None and analytics.session_breaks else ()
        return (*own, *breaks, *(("reference",) if uses_reference(pipeline) else ()))

    def plan(self, config: PassConfig, inputs: Inputs) -> L2Pass:
        """Return the plan of the pass.

        Raises DuplicateColumnError, BindingError listing every column a metric lacks, or CompileError for breaks of
        sessions where nothing stands beyond its update.
        """
        source = inputs.events(config, "l2", book_table(inputs.config))
        library = load_library(inputs.config.TEMPLATE_PATHS)
        planned = L2Pass(config, inputs, source, requests(config, library, source))
        check_columns(planned)
        if planned.analytics.session_breaks and not (source.carries or planned.is_dense):
            message = f"breaks end what stands, and each update of {source.name} stands for itself"
            suggestion = "leave session_breaks out, or set nulls: unchanged of the table, or timeline_mode: dense"
            place = f"pass {config.name}: l2_analytics.session_breaks"
            raise CompileError(message, place=place, suggestion=suggestion)
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
    if planned.breaks is not None:
        reads.append(partial(planned.breaks.check, f"pass {planned.config.name}: session_breaks"))
    check_all([planned.source.event_time, *reads])
