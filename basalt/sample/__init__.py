"""A sample market: realistic, and the same on every machine, to try pipelines on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basalt.sample.manifest import SampleManifest
from basalt.sample.options import SampleOptions

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SampleManifest", "SampleOptions", "write_sample"]


def write_sample(folder: Path, options: SampleOptions) -> SampleManifest:
    """Write trades, books, reference data, market states and an example pipeline into ``folder``.

    Times are UTC, prices and notionals in the listing's currency, sizes in shares. The same options give the same
    Parquet files, byte for byte, in any process and on any machine that has the same version of pyarrow.

    Raises OutputError when the folder holds an earlier sample and ``options.overwrite`` is false, when a file that no
    sample wrote is in the way, and when a file cannot be written. No other file is touched.
    """
    from basalt.sample.writing import write_market  # noqa: PLC0415 - NumPy and Arrow take half a second to import

    return write_market(folder, options)
