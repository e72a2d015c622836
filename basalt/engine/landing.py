"""A pass on its way to its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from basalt.compiler.model import CompiledPass
from basalt.compiler.sql import Identifier
from basalt.configuration.days import Days
from basalt.errors import RunError
from basalt.outputs.output import HeldOutput, Output, Rows
from basalt.outputs.written import Origin

BATCH_ROWS = 122_880
"""Rows that go from DuckDB to an output at a time."""


@dataclass(frozen=True)
class Arriving:
    """An output that is held, and where the rows come from that it gets."""

    output: Output
    held: HeldOutput
    origin: Origin


@dataclass(frozen=True)
class Landing:
    """The outputs of a pass, held for the days of a run."""

    compiled: CompiledPass
    outputs: Sequence[Arriving]
    days: Days

    @property
    def is_sorted(self) -> bool:
        """Whether rows must come in an order, for which all of them are needed first."""
        return any(each.output.sort_by for each in self.outputs)

    @property
    def can_be_read(self) -> bool:
        """Whether DuckDB reads the rows from where they land."""
        return any(each.output.can_be_read for each in self.outputs)

    @property
    def relation(self) -> str:
        """What stands after FROM to read the rows from where they landed."""
        found = (each.output.relation(self.days.first, self.days.last) for each in self.outputs)
        return next(each for each in found if each is not None)

    @property
    def places(self) -> tuple[str, ...]:
        """The places as a person reads them."""
        return tuple(each.output.place for each in self.outputs)

    @property
    def path(self) -> Path | None:
        """The first of the places that is a local file or folder."""
        return next((each.output.path for each in self.outputs if each.output.path is not None), None)

    @contextmanager
    def writing(self) -> Iterator[Arrivals]:
        """Yield what takes the rows; they are in the outputs when the block succeeds."""
        with ExitStack() as stack:
            arrivals = []
            for each in self.outputs:
                rows = stack.enter_context(each.held.writing(self.days.first, self.days.last))
                rows.record(each.origin.fingerprint, each.origin.inputs, each.origin.run)
                arrivals.append((each.output, rows))
            yield Arrivals(arrivals)


@dataclass(frozen=True)
class Arrivals:
    """Rows under way to the outputs of a pass."""

    outputs: Sequence[tuple[Output, Rows]]

    def append(self, connection: duckdb.DuckDBPyConnection, columns: Iterable[str], rows: str) -> None:
        """Add columns of a relation, in the order each output wants them; one query for all that want the same."""
        names = ", ".join(str(Identifier(name)) for name in columns)
        for order in dict.fromkeys(output.sort_by for output, _ in self.outputs):
            by = f" ORDER BY {', '.join(f'{Identifier(name)} NULLS LAST' for name in order)}" if order else ""
            reader = connection.sql(f"SELECT {names} FROM {rows}{by}").to_arrow_reader(BATCH_ROWS)
            wanting = [each for output, each in self.outputs if output.sort_by == order]
            for each in wanting:
                each.append(reader.schema, [])
            for batch in _batches(reader):
                for each in wanting:
                    each.append(reader.schema, [batch])


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield batches; a query that fails on its way tells so through Arrow, as if a file could not be read."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:
            raise RunError(str(error).splitlines()[0]) from error
        yield batch
