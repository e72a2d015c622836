"""A pass with its indicators in its SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from basalt.compiler.indicators.form import ChosenForm
from basalt.compiler.indicators.model import Indicator
from basalt.compiler.indicators.statement.steps import Rows, indicator_steps
from basalt.compiler.layout import SelectItem
from basalt.compiler.plan import Step
from basalt.compiler.select import select
from basalt.compiler.sql import Identifier, Sql

_ROWS = "pass_rows"


@dataclass(frozen=True)
class PlainPass:
    """A pass without its indicators: its steps, its keys, the types of what its last step yields, in order.

    ``conditions`` say which rows are kept once the indicators are there.
    """

    steps: Sequence[Step]
    keys: tuple[str, ...]
    types: Mapping[str, str]
    conditions: Sequence[Sql]


def with_indicators(plain: PlainPass, indicators: Sequence[Indicator], form: ChosenForm) -> list[Step]:
    """Return the steps of a pass that compute its indicators as well; their outputs come last."""
    rows = Rows(_ROWS, tuple(key for key in plain.keys if key != "TimeBucket"), plain.types)
    added = indicator_steps(rows, indicators, calls_talib=form.form == "udf")
    outputs = [output.column for each in indicators for output in each.outputs]
    items = [SelectItem.column(name) for name in (*plain.types, *outputs)]
    result = select(items, Identifier(added[-1].name), where=plain.conditions)
    before = [*plain.steps[:-1], replace(plain.steps[-1], name=_ROWS, comment="the rows, without indicators")]
    return [*before, *added, Step("result", result, "the result")]
