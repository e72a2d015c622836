"""Arrow columns, made of the arrays' own memory.

``pyarrow.array`` would do, but imports pandas first, where there is one: longer than a small sample takes to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from basalt.sample.instruments import PRICE_UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basalt.sample.arrays import Codes, Flags, Floats, Integers, Ticks

TIMESTAMP = pa.timestamp("ns")
DATE_AND_TIME = pa.timestamp("ms")


def text(values: Sequence[str]) -> pa.Array:
    """Return a column of text."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def numbered(letter: str, values: Integers, digits: int) -> pa.Array:
    """Return a column of text: one ASCII letter and a number of exactly so many digits."""
    characters = np.empty((len(values), 1 + digits), dtype=np.uint8)
    characters[:, 0] = ord(letter)
    for place in range(digits):
        characters[:, digits - place] = ord("0") + values // 10**place % 10
    ends = np.arange(0, characters.size + 1, 1 + digits, dtype=np.int32)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(characters))


def labels(codes: Codes | Integers, names: Sequence[str], missing: Flags | None = None) -> pa.Array:
    """Return a column of text: the name of each code, null where ``missing``.

    Two codes may share a name. The dictionary holds it once: Parquet writes a dictionary that repeats itself in bytes
    that differ from run to run.
    """
    distinct = {name: place for place, name in enumerate(dict.fromkeys(names))}
    place = np.array([distinct[name] for name in names], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(numbers(place[codes], missing), text(list(distinct)))


def numbers(values: Floats | Integers | Ticks, missing: Flags | None = None) -> pa.Array:
    """Return a column of numbers, null where ``missing``."""
    return _column(values, pa.from_numpy_dtype(values.dtype), missing)


def flags(values: Flags) -> pa.Array:
    """Return a column of true and false."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def timestamps(epoch: int, time: Integers) -> pa.Array:
    """Return a column of timestamps in nanoseconds, from a day's midnight and times of day."""
    return _column(epoch + time, TIMESTAMP, None)


def dates(epoch: int, count: int) -> pa.Array:
    """Return a column with a day's midnight, in milliseconds, ``count`` times."""
    return _column(np.full(count, epoch // 1_000_000), DATE_AND_TIME, None)


def _column(values: Floats | Integers | Ticks, kind: pa.DataType, missing: Flags | None) -> pa.Array:
    valid = None if missing is None else _bits(~missing)
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(np.ascontiguousarray(values))])


def _bits(values: Flags) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))


def price(half_ticks: Integers, tick: Integers) -> Floats:
    """Return prices from numbers of half ticks: each the double nearest to its decimal."""
    value: Floats = half_ticks * tick / (2.0 * PRICE_UNITS)
    return value
