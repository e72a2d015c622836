"""What every group of metrics over raw events may be given."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from basalt.configuration.base import ConfigModel, OneOrMany

AttributeValue = str | int | float | bool
AttributeValues = Annotated[list[AttributeValue], OneOrMany, Field(min_length=1)]


class MetricGroupConfig(ConfigModel):
    """What every group of metrics may be given: which rows it reads, and what its columns are called."""

    attribute_filters: dict[str, AttributeValues] = Field(default_factory=dict)
    """Only rows that have, in each of these columns of the source, this value or one of these."""
    market_states: Annotated[list[str], OneOrMany] = Field(default_factory=list)
    """Only rows in one of these market states; all when empty."""
    output_name_pattern: str | None = None
    """The columns' names, with variables in braces: the fields of the group (``{sides}``, ``{measures}``, ...), each
    for one of its values, ``{metric}``, and ``{column}``, the name without a pattern."""
