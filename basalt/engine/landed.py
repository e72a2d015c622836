"""The rows that batches of a run have in their outputs: what later batches need not compute again to look back."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pyarrow as pa

from basalt.compiler.model import CompiledPass
from basalt.compiler.sql import Identifier
from basalt.configuration.days import Days
from basalt.outputs.days import row_days
from basalt.outputs.output import Output

_DAY = timedelta(days=1)


class Landed:
    """By pass and day, the output that is known to hold what the run would compute."""

    def __init__(self) -> None:
        self._outputs: dict[tuple[str, date], tuple[Days, Output]] = {}

    def add(self, name: str, days: Days, output: Output) -> None:
        """Remember that rows of some days of a pass are in an output that DuckDB reads; others are left aside."""
        is_there = output.can_be_read and output.path is not None and output.path.exists()
        if is_there and days.last is not None and days.first is not None:
            self._outputs[name, days.last] = (days, output)

    def before(self, name: str, last: date) -> list[tuple[Days, Output]]:
        """Return the outputs of the days up to ``last``, without a gap, the latest first."""
        found = []
        while (held := self._outputs.get((name, last))) is not None:
            found.append(held)
            assert held[0].first is not None  # noqa: S101 - see add
            last = held[0].first - _DAY
        return found


def read_landed(
    connection: duckdb.DuckDBPyConnection, compiled: CompiledPass, days: Days, output: Output, wanted: Days
) -> pa.Table:
    """Return those rows of a pass in an output, without its indicators, that belong to the wanted days."""
    assert compiled.label_offset is not None  # noqa: S101 - indicators have a time
    columns = ", ".join(str(Identifier(name)) for name in compiled.plain_columns)
    rows = connection.sql(f"SELECT {columns} FROM {output.relation(days.first, days.last)}").to_arrow_table()
    first, last = wanted.bounds
    belongs = row_days(rows["TimeBucket"], compiled.label_offset)
    return rows.filter(pa.array((belongs >= first) & (belongs <= last)))
