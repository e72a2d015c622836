"""Plans an ``l2tw`` pass."""

from __future__ import annotations

from basalt.catalog.library import load_library
from basalt.compiler.modules.events.inputs import events_table
from basalt.compiler.modules.l2.module import book_table, check_columns
from basalt.compiler.modules.l2tw.expansion import analytics_of, requests
from basalt.compiler.modules.l2tw.planned import L2TWPass
from basalt.compiler.plan import Inputs
from basalt.compiler.scans import uses_reference
from basalt.compiler.sessions import TABLE
from basalt.configuration import AnalyticsConfig, PassConfig


class L2TWModule:
    """Metrics of the order book weighted by time, per listing and time bucket."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read: ``l2`` or ``quotes``, and ``marketstate`` for breaks."""
        own = events_table(config, "l2tw", book_table(pipeline), pipeline)
        breaks = (TABLE,) if analytics_of(config).session_breaks else ()
        return (*own, *breaks, *(("reference",) if uses_reference(pipeline) else ()))

    def plan(self, config: PassConfig, inputs: Inputs) -> L2TWPass:
        """Return the plan of the pass.

        Raises DuplicateColumnError, or BindingError listing every column a metric lacks.
        """
        source = inputs.events(config, "l2tw", book_table(inputs.config))
        library = load_library(inputs.config.TEMPLATE_PATHS)
        planned = L2TWPass(config, inputs, source, requests(config, library, source))
        check_columns(planned)
        return planned
