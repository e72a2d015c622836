"""What can be asked of TA-Lib: a function, its input series, its parameters, its outputs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, NotTruth

NullPolicy = Literal["skip", "propagate", "reset"]
"""What a null does to a series: it is left out, it makes null what depends on it, or the series begins anew."""

IndicatorForm = Literal["auto", "arrow", "udf", "sql"]
"""Where indicators are computed: added to the rows by a run, by functions that the SQL calls, or in SQL alone."""


class TalibIndicatorConfig(ConfigModel):
    """One TA-Lib function, computed per ``group_by`` key in time order."""

    name: str
    """The function, as TA-Lib calls it: SMA, RSI, MACD, ..."""
    input_col: str | None = None
    """The column that a function of one series is computed from; ``Close`` (or a volume) when not given."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """Column of each series of a function of several: ``{high: High, low: Low, close: Close}``. Those left out are
    Open, High, Low, Close, and Volume or TradeTotalVolume."""
    timeperiod: Annotated[int, NotTruth] | None = None
    """The function's ``timeperiod``; TA-Lib's own default when not given."""
    parameters: dict[str, Annotated[int | float | str, NotTruth]] = Field(default_factory=dict)
    """The function's other parameters by name: ``{fastperiod: 12, slowperiod: 26}``. A kind of moving average is
    given by its name: ``{matype: EMA}``."""
    output_col: str | None = None
    """Name of the output column; ``{name}_{timeperiod}`` when not given."""
    output_index: Annotated[int, Field(ge=0), NotTruth] | None = None
    """Which output of a function with several; all of them when nothing says which."""
    outputs: list[str] | dict[str, str] | None = None
    """Which outputs of a function with several, by TA-Lib's names: ``[macd, macdhist]``, or with the columns they
    become: ``{macdsignal: Signal}``."""
    nulls: NullPolicy = "skip"
    """What a null of an input does. ``skip``: the bar is left out and comes back null. ``propagate``: every output that
    depends on it is null. ``reset``: the series begins anew after it."""
    reset: Literal["day"] | None = None
    """``day``: a series begins anew on each UTC day; otherwise it crosses days."""

    @model_validator(mode="after")
    def _says_one_thing_once(self) -> TalibIndicatorConfig:
        found = []
        if self.input_col is not None and self.inputs:
            found.append(Disagreement(("inputs",), "give input_col or inputs, not both"))
        if self.outputs is not None and not self.outputs:
            found.append(Disagreement(("outputs",), "outputs is empty; leave it out for all of them"))
        if self.outputs is not None and (self.output_col is not None or self.output_index is not None):
            found.append(Disagreement(("outputs",), "give outputs, or output_col and output_index, not both"))
        if found:
            raise DisagreementError(found)
        return self
