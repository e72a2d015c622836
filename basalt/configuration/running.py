"""How a pipeline is run: the words for batches of days, and sizes of memory."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

BatchFrequency = Literal["D", "W", "2W", "M", "A", "auto"]
"""Days, weeks from Monday, two of them (counted from 1970-01-05), months, years; ``auto`` goes by the rows."""

_SIZE = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B|B)", re.IGNORECASE)


def _check_size(size: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    if size is not None and not (isinstance(size, str) and _SIZE.fullmatch(size.strip())):
        message = f"must be a size such as 4GB or 512MB, not {size!r}"
        raise ValueError(message)
    return size


MemorySize = Annotated[str, BeforeValidator(_check_size)]
"""A size such as ``4GB`` or ``512MiB``."""
