"""ClickHouse SQL run by chdb, the result as an Arrow table with the types that the others write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TRADES = """
    SELECT
        *,
        toUnixTimestamp64Nano(TradeTimestamp) AS event_ns,
        intDiv(event_ns + {width} - 1, {width}) AS bucket,
        (event_ns, BMLLSequenceNo) AS place,
        Classification = 'LIT_CONTINUOUS' AS lit
    FROM file('{files}', Parquet)
"""


def trades(files: str, seconds: int) -> str:
    """The trades with the number of the bucket whose end is at or after them, and their place in time."""
    return TRADES.format(files=files, width=seconds * 1_000_000_000)


def rows_of(ask: Callable[[str, str], pa.Table], query: str, seconds: int) -> pa.Table:
    """Return the rows of a query, its ``bucket`` as the TimeBucket that labels it by its end."""
    rows = ask(query, "ArrowTable")
    place = rows.column_names.index("bucket")
    ends = pa.array(rows["bucket"].to_numpy() * (seconds * 1_000_000), pa.timestamp("us"))
    return rows.set_column(place, "TimeBucket", ends)


def write(rows: pa.Table, path: Path) -> None:
    """Write rows as the others do, compressed with snappy."""
    pq.write_table(rows, path, compression="snappy")
