"""Where the raw tables are and how their columns are called."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from basalt.configuration.base import ConfigModel, OneOrMany, PathText, Seconds
from basalt.configuration.buckets import Anchor, Closed, parse_origin, seconds_to_nanoseconds

FileFormat = Literal["parquet", "csv"]


class TableConfig(ConfigModel):
    """One source table: files, a table of a database, or data already in memory; exactly one of the three."""

    path: Annotated[list[PathText], OneOrMany] = Field(default_factory=list)
    """Parquet or CSV files: paths, globs (``data/**/*.parquet``) or URLs. Relative paths in a pipeline file are
    relative to that file."""
    format: FileFormat | None = None
    """``parquet`` or ``csv``; read off the file name when not given."""
    hive_partitioning: bool | None = None
    """Whether folders named ``key=value`` are columns; DuckDB detects it when not given."""
    table: str | None = None
    """A table or view of the connection or of ``database``: ``trades``, ``main.trades``, ``catalog.main.trades``."""
    database: PathText | None = None
    """A DuckDB file that holds ``table``; attached read-only."""
    data: Any = Field(default=None, exclude=True)
    """An Arrow table, a pandas or Polars frame, or a DuckDB relation (Python only)."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Canonical column name to a SQL expression over the source's own columns: ``{LocalPrice: price}``."""
    filter: str | None = None
    """A SQL condition over the source's own columns; only rows for which it is true are read."""
    sequence: str | None = None
    """A SQL expression that orders events of equal time; else BMLLSequenceNo, ExchangeSequenceNo, TradeId, EventNo."""
    nulls: Literal["empty", "unchanged"] = "empty"
    """For quotes and books: what a price or quantity that is null means. ``empty``: there is none on that side;
    ``unchanged``: the row tells of the other side only, and this one stands as it did."""
    date_column: str | None = None
    """A DATE column of the source (often a hive partition) that lies within a day of the event's UTC date. Used only
    to skip files when START_DATE or END_DATE is given."""
    time_bucket_seconds: Seconds | None = None
    """For a table of bars: the width of its buckets, in seconds."""
    time_bucket_anchor: Anchor | None = None
    """For a table of bars: which end of its bucket a bar is labelled with."""
    time_bucket_closed: Closed | None = None
    """For a table of bars: which end of its bucket belongs to it."""
    time_bucket_origin: str | None = None
    """For a table of bars: where its buckets are counted from; the Unix epoch when not given."""

    @field_validator("data")
    @classmethod
    def _in_memory(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote
        if data is not None and not _is_in_memory(data):
            message = "data takes an Arrow table, a pandas or Polars frame, or a DuckDB relation (Python only)"
            raise ValueError(message)
        return data

    @field_validator("time_bucket_seconds")
    @classmethod
    def _whole_nanoseconds(cls, seconds: float | None) -> float | None:
        if seconds is not None:
            seconds_to_nanoseconds(seconds)
        return seconds

    @field_validator("time_bucket_origin", mode="before")
    @classmethod
    def _origin(cls, origin: Any) -> str | None:  # noqa: ANN401 - YAML gives text, dates or times
        if origin is None:
            return None
        parse_origin(origin)
        return origin if isinstance(origin, str) else origin.isoformat()

    @model_validator(mode="after")
    def _one_place(self) -> TableConfig:
        places = [name for name in ("path", "table", "data") if _is_given(getattr(self, name))]
        if len(places) != 1:
            message = f"give exactly one of path, table or data; given: {', '.join(places) or 'none'}"
            raise ValueError(message)
        if self.database is not None and self.table is None:
            message = "database needs the table to read from it"
            raise ValueError(message)
        if (self.format is not None or self.hive_partitioning is not None) and not self.path:
            message = "format and hive_partitioning go with path"
            raise ValueError(message)
        return self


def _is_given(value: object) -> bool:
    """Tell whether a place is given, without asking a data frame for its truth value."""
    return value is not None and not (isinstance(value, list) and not value)


def _is_in_memory(value: object) -> bool:
    """Tell whether a value is a frame or a table, by its class: asking a lazy frame for its columns computes them."""
    return any(hasattr(type(value), name) for name in ("columns", "schema", "__arrow_c_stream__"))


def read_table(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Read the short forms of a table: a path, a list of paths, or data in memory."""
    if value is None or isinstance(value, (dict, TableConfig)):
        return value
    if isinstance(value, (str, list, os.PathLike)):
        return {"path": value}
    return {"data": value} if _is_in_memory(value) else value


Table = Annotated[TableConfig, BeforeValidator(read_table, json_schema_input_type=TableConfig | str | list[str])]
"""A table as a user writes it: a full ``TableConfig``, a path, paths, or data in memory."""
