"""Plans a ``book`` pass."""

from __future__ import annotations

from basalt.compiler.modules.book.planned import BookPass
from basalt.compiler.modules.events.checks import check_all
from basalt.compiler.modules.events.inputs import events_table
from basalt.compiler.plan import Inputs
from basalt.compiler.scans import uses_reference
from basalt.configuration import AnalyticsConfig, PassConfig

_TABLE = "depth"


class BookModule:
    """The book after each update, rebuilt from the sizes that updates set at prices."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read."""
        own = events_table(config, "book", _TABLE, pipeline)
        return (*own, "reference") if uses_reference(pipeline) else own

    def plan(self, config: PassConfig, inputs: Inputs) -> BookPass:
        """Return the plan of the pass. Raises BindingError listing every column that updates lack."""
        planned = BookPass(config, inputs, inputs.events(config, "book", _TABLE))
        check_all(planned.reads())
        return planned
