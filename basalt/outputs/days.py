"""The day a row belongs to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_DAY_NS = 86_400_000_000_000
_UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


def row_days(labels: pa.ChunkedArray | pa.Array, label_offset: int) -> npt.NDArray[Any]:
    """Return the UTC day of each row from its ``TimeBucket``, as ``datetime64[D]``."""
    unit = _UNITS[labels.type.unit]
    counts = np.asarray(labels.cast(pa.int64()).to_numpy(zero_copy_only=False))
    shift = -(-label_offset // unit)
    return ((counts - shift) // (_DAY_NS // unit)).astype("datetime64[D]")
