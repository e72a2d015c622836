"""A bucket's label as SQL."""

from __future__ import annotations

from basalt.compiler.buckets import BucketContract
from basalt.compiler.sql import Fragment, Identifier
from basalt.compiler.templates import render


def time_bucket(contract: BucketContract, bucket: str = "bucket") -> Fragment:
    """Return TimeBucket from the number of the bucket."""
    return render(
        "expressions/label_microseconds" if contract.label_type == "TIMESTAMP" else "expressions/label_nanoseconds",
        bucket=Identifier(bucket),
        shift=contract.label_shift,
        width=contract.width // contract.unit,
        origin=contract.origin // contract.unit,
    )
