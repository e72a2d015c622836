"""A pass as a Delta table; each run is one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa

from basalt.configuration import DeltaTarget
from basalt.configuration.days import Days
from basalt.configuration.outputs import DAY_COLUMN
from basalt.errors import OutputBusyError, OutputError, OutputRangeError, listing
from basalt.outputs.area import Area
from basalt.outputs.databases.session import moment_text, quoted
from basalt.outputs.databases.storage import Stored, conformed, standard
from basalt.outputs.delta_commit import BegunCommit
from basalt.outputs.delta_orphans import remove_orphans
from basalt.outputs.failures import reading_from, room_hint, writing_to
from basalt.outputs.partitions import Partitioning
from basalt.outputs.required import required
from basalt.outputs.shape import PassShape
from basalt.outputs.spool import Spool
from basalt.outputs.written import Origin, Written


@dataclass(frozen=True)
class DeltaOutput:
    """An output that is a Delta table."""

    location: str
    area: Area
    target: DeltaTarget
    partitioning: Partitioning
    types: Mapping[str, Stored]

    sort_by = ()
    can_be_read = False

    @classmethod
    def of(cls, location: str, area: Area, target: DeltaTarget, shape: PassShape) -> DeltaOutput:
        """Return the output of a pass. Raises BindingError where the pass does not fit a Delta table."""
        types = {}
        for name, type_ in shape.types.items():
            if (stored := standard(type_)) is None:
                message = f"column {name} is of type {type_}, which a Delta table cannot hold"
                raise shape.refuse(message, "write the pass to Parquet")
            types[name] = stored
        if target.mode == "append" and shape.label_offset is None:
            message = "mode append needs rows with a TimeBucket: the dates of others cannot be told apart"
            raise shape.refuse(message, "use overwrite")
        partitioning = Partitioning.of(shape, tuple(target.partition_by))
        if partitioning.adds_day:
            types[DAY_COLUMN] = Stored("DATE", pa.date32())
        return cls(location, area, target, partitioning, types)

    @property
    def shape(self) -> PassShape:
        """The shape of the pass."""
        return self.partitioning.shape

    @property
    def place(self) -> str:
        """The path of the table."""
        return self.location

    @property
    def path(self) -> Path | None:
        """The folder of the table, where it is a local one."""
        return None if "://" in self.location else Path(self.location)

    @property
    def holds_many(self) -> bool:
        """Whether ranges of days stand side by side."""
        return self.shape.label_offset is not None and self.target.mode != "overwrite"

    def relation(self, first: date | None, last: date | None) -> None:
        """Return None: DuckDB reads Delta tables through an extension alone."""

    def records(self) -> list[Written]:
        """Return the records of rows in the table; not of the days of a commit that is being made."""
        module = required("deltalake", "delta", self.place)
        with _failing(self.place, module, reading_from):
            if not module.DeltaTable.is_deltatable(self.location):
                return []
            begun = BegunCommit.noted(self.area.state.files)
            found = self.area.state.records()
        return (
            found if begun is None else [left for each in found for left in each.without(self.changed_by(begun.days))]
        )

    def changed_by(self, days: Days) -> Days:
        """Return the days whose rows change when those of some are written."""
        return days if self.holds_many else Days(None, None)

    @contextmanager
    def held(self) -> Iterator[HeldDelta]:
        """Hold the table for this run, and complete or undo what a killed one began."""
        module = required("deltalake", "delta", self.place)
        with self.area.held():
            held = HeldDelta(self, module)
            with _failing(self.place, module):
                held.heal()
            yield held


@dataclass(frozen=True)
class HeldDelta:
    """A Delta table that this run alone writes, of all runs of Basalt."""

    output: DeltaOutput
    module: ModuleType

    @contextmanager
    def writing(self, first: date | None, last: date | None) -> Iterator[DeltaRows]:
        """Yield what takes the rows of these days; see ``HeldOutput``."""
        days = Days(first, last)
        with writing_to(self.output.place):
            rows = DeltaRows(self.output, days)
        try:
            yield rows
            with _failing(self.output.place, self.module):
                self._land(rows, days)
        finally:
            rows.spool.discard()

    def heal(self) -> None:
        """Complete the records of a commit whose run was killed, or remove the files of one that was not made."""
        files = self.output.area.state.files
        begun = BegunCommit.noted(files)
        if begun is None:
            return
        table = self._table()
        if table is not None and begun.is_in(table):
            self._record(begun)
        elif self.output.path is not None:
            remove_orphans(self.output.path, table, begun.at)
        BegunCommit.forget(files)

    def _land(self, rows: DeltaRows, days: Days) -> None:
        table = self._table()
        self._check_columns(table)
        how = self._how(days, table)
        written = rows.origin.written(self.output.shape.name, days, rows.spool.count) if rows.origin else None
        begun = BegunCommit.of(days, written)
        begun.note(self.output.area.state.files)
        try:
            with rows.spool.reader() as reader:
                self.module.write_deltalake(
                    self.output.location,
                    reader,
                    partition_by=list(self.output.target.partition_by) or None,
                    commit_properties=self.module.CommitProperties(custom_metadata=begun.metadata),
                    **how,
                )
            self._record(begun)
            BegunCommit.forget(self.output.area.state.files)
        except self.module.exceptions.CommitFailedError:
            BegunCommit.forget(self.output.area.state.files)  # files that no commit tells of may be the other's
            raise
        finally:
            self.heal()  # nothing is left to do where all went well

    def _record(self, begun: BegunCommit) -> None:
        state = self.output.area.state
        state.forget(self.output.changed_by(begun.days))
        if begun.written is not None:
            state.add(begun.written)

    def _how(self, days: Days, table: Any) -> dict[str, Any]:  # noqa: ANN401 - of an optional package
        """Return how the rows are written: added, in the place of some, or in the place of all."""
        evolution = self.output.target.schema_evolution
        if table is None or not self.output.holds_many:
            return {"mode": "overwrite", "schema_mode": "overwrite" if evolution else None}
        merged = {"schema_mode": "merge" if evolution else None}
        if self.output.target.mode == "append" and not self._was_appended(days):
            return {"mode": "append", **merged}
        predicate = self._predicate(days)
        return {"mode": "overwrite", **merged, **({"predicate": predicate} if predicate else {})}

    def _was_appended(self, days: Days) -> bool:
        """Tell whether rows of exactly these days were appended before, which are then replaced."""
        found = [each for each in self.output.area.state.days() if each.overlaps(days)]
        if found and found != [days]:
            message = f"{', '.join(map(str, found))} were appended together to {self.output.place}, and overlap {days}"
            hint = "write the same range, or use mode: replace"
            raise OutputRangeError(message, place=self.output.place, suggestion=hint)
        return bool(found)

    def _predicate(self, days: Days) -> str:
        """Return the condition for the rows of some days, by which whole partitions are left out as well."""
        offset = self.output.shape.label_offset
        assert offset is not None  # noqa: S101 - rows without a time are replaced whole
        begins, ends = days.label_bounds(offset)
        time_bucket = quoted("TimeBucket")
        parts = [] if begins is None else [f"{time_bucket} >= '{moment_text(begins, 6)}'"]
        parts += [] if ends is None else [f"{time_bucket} < '{moment_text(ends, 6)}'"]
        if self.output.partitioning.adds_day:
            parts += [] if days.first is None else [f"{quoted(DAY_COLUMN)} >= '{days.first}'"]
            parts += [] if days.last is None else [f"{quoted(DAY_COLUMN)} <= '{days.last}'"]
        return " AND ".join(parts)

    def _check_columns(self, table: Any) -> None:  # noqa: ANN401 - of an optional package
        if table is None or self.output.target.schema_evolution:
            return
        found = [field.name for field in table.schema().fields]
        if set(found) != set(self.output.types):
            message = f"{self.output.place} has the columns {listing(found)}, and the pass {listing(self.output.types)}"
            hint = "allow it with schema_evolution: true, or write elsewhere"
            raise OutputError(message, place=self.output.place, suggestion=hint)

    def _table(self) -> Any:  # noqa: ANN401 - of an optional package
        """Return the table, None where there is none yet."""
        location = self.output.location
        return self.module.DeltaTable(location) if self.module.DeltaTable.is_deltatable(location) else None


class DeltaRows:
    """Rows under way to a commit, gathered in a temporary file."""

    def __init__(self, output: DeltaOutput, days: Days) -> None:
        self.spool = Spool(output.shape.name)
        self.origin: Origin | None = None
        self._output, self._days = output, days

    def append(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows."""
        output = self._output
        names = [*schema.names, *([DAY_COLUMN] if output.partitioning.adds_day else [])]
        with writing_to(output.place):
            self.spool.begin(pa.schema([(name, output.types[name].arrow) for name in names]))
        for batch in batches:
            rows = output.partitioning.with_days(batch, self._days)
            with writing_to(output.place):
                for each in rows.to_batches():
                    self.spool.append(conformed(each, output.types, output.place))

    def record(self, fingerprint: Mapping[str, str], inputs: Mapping[str, str], run: str) -> None:
        """Say where the rows come from."""
        self.origin = Origin(fingerprint, inputs, run)


@contextmanager
def _failing(
    place: str, module: ModuleType, doing: Callable[[str], AbstractContextManager[None]] = writing_to
) -> Iterator[None]:
    """Raise what the package refuses as an OutputError."""
    try:
        with doing(place):
            yield
    except module.exceptions.CommitFailedError as error:
        message = f"another program changed {place} meanwhile: {_first_line(error)}"
        raise OutputBusyError(message, place=place, suggestion="run again") from None
    except module.exceptions.DeltaError as error:
        message = f"cannot use {place}: {_first_line(error)}"
        raise OutputError(message, place=place, suggestion=room_hint(str(error))) from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
