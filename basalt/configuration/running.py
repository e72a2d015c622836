"""How a pipeline is run: in which batches of days, with how much memory, and what is left as it is."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from basalt.configuration.base import ConfigModel, NotTruth, PathText

BatchFrequency = Literal["D", "W", "2W", "M", "A", "auto"]
"""Days, weeks from Monday, two of them (counted from 1970-01-05), months, years; ``auto`` goes by the rows."""

_SIZE = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B|B)", re.IGNORECASE)


class RunSettings(ConfigModel):
    """What decides how a pipeline is run, and not what its numbers are; but for ``EXCLUDE_WEEKENDS``."""

    BATCH_FREQ: BatchFrequency | None = None
    """The days that are computed and written at a time: ``D``, ``W`` (from Monday), ``2W``, ``M``, ``A``, or ``auto``,
    the shortest of D, W, M and A that has some millions of rows. Each batch lands whole, and one that fails does not
    lose the others. When not given the whole range is one batch."""
    EXCLUDE_WEEKENDS: bool = False
    """Whether passes over tables give no rows for buckets that start on a Saturday or a Sunday (UTC)."""
    SKIP_EXISTING_OUTPUT: bool = False
    """Whether a batch that has an output is left alone, whatever it was made with."""
    MEMORY_LIMIT: str | None = None
    """The memory that DuckDB may take, such as ``4GB``; what is bigger goes to TEMP_DIR. DuckDB's own default, 80 % of
    the machine's, when not given."""
    THREADS: Annotated[int, NotTruth, Field(ge=1)] | None = None
    """The threads that DuckDB may take; as many as there are cores when not given."""
    TEMP_DIR: PathText | None = None
    """The folder for what does not fit into memory; in a pipeline file relative to that file."""

    @field_validator("MEMORY_LIMIT", mode="before")
    @classmethod
    def _is_a_size(cls, size: Any) -> Any:  # noqa: ANN401 - whatever the user wrote
        if size is not None and not (isinstance(size, str) and _SIZE.fullmatch(size.strip())):
            message = f"must be a size such as 4GB or 512MB, not {size!r}"
            raise ValueError(message)
        return size
