"""A dense timeline: a row for every bucket, what is empty filled by the kind of each column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from oracles.buckets import DAY, Contract
from oracles.results import Result


def dense(
    sparse: Result,
    contract: Contract,
    flows: Collection[str],
    carried: Collection[str],
    interval: tuple[int, int] | None = None,
) -> Result:
    """Return the rows of every bucket of each listing's day, from its first to its last or within an interval."""
    days: dict[tuple[int, int], list[int]] = defaultdict(list)
    for listing, label in sparse:
        start = contract.start_of(label)
        days[listing, start // DAY].append(start)
    columns = list(dict.fromkeys(name for row in sparse.values() for name in row))
    found: Result = {}
    for (listing, day), starts in days.items():
        begin, end = min(starts), max(starts) + contract.width
        if interval is not None:
            begin, end = day * DAY + interval[0], day * DAY + interval[1]
        before: dict[str, object] = dict.fromkeys(columns)
        for start in range(
            begin + -(begin - contract.origin) % contract.width, end - contract.width + 1, contract.width
        ):
            label = contract.label_of(start)
            empty = {name: 0 if name in flows else before[name] if name in carried else None for name in columns}
            found[listing, label] = sparse.get((listing, label), empty)
            before = found[listing, label]
    return found
