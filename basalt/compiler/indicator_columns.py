"""The columns that the indicators of a pass add."""

from __future__ import annotations

from collections.abc import Iterator

from basalt.compiler.columns import Column
from basalt.compiler.plan import PlannedPass


def indicator_columns(planned: PlannedPass) -> Iterator[Column]:
    """Yield a column for each output of each indicator, with the unit of its input where it keeps that."""
    units = {column.name: column.unit for column in planned.columns}
    for indicator in planned.indicators:
        for output in indicator.outputs:
            yield Column(
                name=output.column,
                type=output.type,
                unit=units[indicator.inputs[0]] if indicator.keeps_unit else "",
                kind="ratio",
                title=f"{indicator}, output {output.index}",
                formula=str(indicator),
                requires=tuple(dict.fromkeys(indicator.inputs)),
                null_rule=indicator.null_rule,
                known_at="end of the bucket",
                source=f"TA-Lib {indicator.function}",
                metric=indicator.function,
                aggregation="none",
            )
