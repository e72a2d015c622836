"""The events that a pass reads, as rows of a query: which listings there are, and whether time goes backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from basalt.compiler.binder import Binder, Schema
from basalt.compiler.buckets import BucketContract
from basalt.compiler.day_range import DayRange
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.grid import Grid, bucket_contract
from basalt.compiler.moments import nanoseconds
from basalt.compiler.plan import Inputs, Step
from basalt.compiler.relations import database_aliases, relation
from basalt.compiler.scans import scan_conditions, uses_reference
from basalt.compiler.select import pass_sql, select
from basalt.compiler.sources import SourceTable, bind_source
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.buckets import NANOSECONDS
from basalt.errors import BindingError

_DAY = 86_400 * NANOSECONDS


@dataclass(frozen=True)
class Events:
    """A table of events as a pass reads it, of the days of a configuration."""

    source: SourceTable
    contract: BucketContract
    inputs: Inputs
    relations: Mapping[str, Sql]

    @classmethod
    def of(
        cls, table: str, config: PassConfig, pipeline: AnalyticsConfig, schemas: Mapping[str, Schema], binder: Binder
    ) -> Events:
        """Bind a table, and ``reference`` where the universe is looked up there. Raises BindingError."""
        names = [table, *(["reference"] if uses_reference(pipeline) and "reference" in schemas else [])]
        tables = {name: bind_source(name, pipeline.TABLES.get(name), schemas[name], binder) for name in names}
        aliases = database_aliases(pipeline.TABLES.values())
        relations = {name: relation(name, pipeline.TABLES.get(name), aliases) for name in names}
        return cls(
            tables[table], bucket_contract(config), Inputs(pipeline, DayRange.of(pipeline), tables, {}, {}), relations
        )

    def listings(self) -> Fragment:
        """Return the query of the ListingId of each event."""
        listing = SelectItem(self.source.require("ListingId", "preserve"), "ListingId")
        return select([listing], self._relation, where=self._conditions())

    def backwards(self) -> Fragment:
        """Return the query of each event with the time of the one before it by sequence, of its listing and day.

        The day is that on which its bucket starts, by which a run is cut into slices. Raises BindingError where
        nothing orders the events.
        """
        order = self.source.order()
        if order is None:
            message = f"table {self.source.name} has no sequence, so nothing but time says which event came before"
            place = f"TABLES.{self.source.name}.sequence"
            raise BindingError(message, place=place, suggestion="name the column that orders its events")
        time, type_ = self.source.event_time()
        items = [
            SelectItem(self.source.require("ListingId", "monotonic_time"), "ListingId"),
            SelectItem(nanoseconds(time, type_), "event_ns"),
            SelectItem(order[0], "sequence"),
        ]
        grid = Grid(self.contract)
        scan = Step("events", select(items, self._relation, where=self._conditions()), "the events that are read")
        bucketed = grid.bucketed("bucketed_events", "events")
        day = compose("{} // {} - ({} % {} < 0)::BIGINT", grid.start(), _DAY, grid.start(), _DAY)
        before = compose(
            "lag(event_ns) OVER (PARTITION BY ListingId, {} ORDER BY sequence, event_ns)",
            day,
        )
        shown = [
            SelectItem.column("ListingId"),
            SelectItem.column("sequence"),
            SelectItem(Fragment("make_timestamp_ns(event_ns)"), "event_time"),
            SelectItem(compose("make_timestamp_ns({})", before), "time_before"),
        ]
        result = Step("result", select(shown, Identifier("bucketed_events")), "each with the one before by sequence")
        return pass_sql(f"time of the events in {self.source.name}", [scan, bucketed, result])

    @property
    def _relation(self) -> Sql:
        return self.relations[self.source.name]

    def _conditions(self) -> list[Sql | None]:
        return scan_conditions(self.source, self.contract, self.inputs, self.relations)
