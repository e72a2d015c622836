"""An indicator as a compiled pass holds it: every series, parameter and output named."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from basalt.catalog.indicator_memory import Memory
from basalt.catalog.indicators import indicator_function
from basalt.configuration.indicators import NullPolicy


class IndicatorOutput(BaseModel):
    """One output of a function: its place among the outputs, the column it becomes, and its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: int
    column: str
    type: str


class Indicator(BaseModel):
    """A TA-Lib function applied to columns, per series in time order.

    ``inputs`` are the columns in the order in which the function takes its series. ``lookback`` is the number of
    values before the first output; there the outputs are null.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    function: str
    inputs: tuple[str, ...]
    parameters: dict[str, int | float]
    outputs: tuple[IndicatorOutput, ...]
    lookback: int
    memory: Memory
    """What an output depends on: its window of ``lookback`` + 1 bars, earlier ones that fade, or all since the
    first."""
    nulls: NullPolicy = "skip"
    day_offset: int | None = None
    """Nanoseconds from the start of a bucket to its ``TimeBucket``, where series begin anew on each UTC day; None
    where they cross days."""

    @property
    def keeps_unit(self) -> bool:
        """Whether the outputs are of the same unit as the first input, such as a moving average."""
        return indicator_function(self.function).keeps_scale

    @property
    def null_rule(self) -> str:
        """When the outputs are null, in words."""
        what = "the input is" if len(self.inputs) == 1 else "an input is"
        rules = {
            "skip": f"null for the first {self.lookback} values and where {what} null",
            "propagate": f"null for the first {self.lookback} values and where it depends on a null",
            "reset": f"null where {what} null and for the {self.lookback} values after it or after the first bar",
        }
        return rules[self.nulls] + ("" if self.day_offset is None else ", on each UTC day anew")

    def __str__(self) -> str:
        arguments = [*self.inputs, *(f"{name}={value:g}" for name, value in self.parameters.items())]
        return f"{self.function}({', '.join(arguments)})"
