"""Where the indicators of a pass are computed: after the SQL, or in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from basalt.catalog.indicator_forms import sql_forms
from basalt.compiler.indicators.model import Indicator
from basalt.configuration.indicators import IndicatorForm
from basalt.errors import IndicatorConfigError, Problem, listing


class ChosenForm(BaseModel):
    """How the indicators of a pass are computed, and why so.

    ``arrow``: a run adds them to the rows; ``udf``: the SQL calls functions that ``basalt.register_functions`` adds to
    a connection; ``sql``: it needs nothing but DuckDB.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal["arrow", "udf", "sql"]
    reason: str


ARROW = ChosenForm(form="arrow", reason="there are none")


def choose(asked: IndicatorForm, indicators: Sequence[Indicator], place: str, *, is_complete: bool) -> ChosenForm:
    """Return the form of a pass's indicators; ``is_complete`` says that the SQL must be complete without a run.

    Raises IndicatorConfigError when SQL is asked for and an indicator has no such form.
    """
    if not indicators:
        return ARROW
    without = [(index, each) for index, each in enumerate(indicators) if not _has_sql(each)]
    if asked == "sql" and without:
        raise IndicatorConfigError(
            Problem(
                f"{each} has no SQL form; these have one: {listing(sql_forms(), 100)}",
                f"{place}.talib_indicators[{index}]",
                "set indicators to arrow or udf",
            )
            for index, each in without
        )
    if asked != "auto":
        return ChosenForm(form=asked, reason="the pass asks for it")
    if not is_complete:
        return ChosenForm(form="arrow", reason="auto takes what a run computes fastest")
    if without:
        names = listing(dict.fromkeys(each.function for _, each in without))
        return ChosenForm(form="udf", reason=f"the SQL is to be complete, and {names} cannot be computed in SQL alone")
    return ChosenForm(form="sql", reason="the SQL is to be complete, and all of them can be computed in it")


def _has_sql(indicator: Indicator) -> bool:
    form = sql_forms().get(indicator.function)
    return form is not None and form.holds_for(indicator.parameters)
