"""Places the indicators of a pass into its SQL, with the days before a range that they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from basalt.catalog.indicators import indicator_function
from basalt.compiler.buckets import BucketContract
from basalt.compiler.days import looks_beyond_days, weekdays_only
from basalt.compiler.indicators.functions import SqlFunction
from basalt.compiler.indicators.statement import PlainPass, with_indicators
from basalt.compiler.moments import within
from basalt.compiler.plan import PlannedPass, Relations, Step
from basalt.compiler.select import filtered, pass_sql
from basalt.compiler.sql import Identifier, Sql
from basalt.errors import CompileError

if TYPE_CHECKING:
    from basalt.compiler.compilation import Compilation

RelationsOf = Callable[["Compilation", PlannedPass], Relations]
"""Returns what stands after FROM for each table and pass that a pass of a compilation reads."""


def steps_with_indicators(
    compilation: Compilation, name: str, hidden: frozenset[str], relations_of: RelationsOf
) -> list[Step]:
    """Return the steps of a pass, those of its indicators among them where its SQL computes them.

    Where these look back, a range of dates is cut from the rows of all days up to its end: SQL cannot tell how many
    bars there are before it. The passes that are read then stand in the statement as well.
    """
    planned, form = compilation.planned[name], compilation.forms[name]
    if form.form == "arrow":
        return _plain(compilation, name, hidden, relations_of(compilation, planned))
    if not _looks_back(compilation, planned):
        steps = _plain(compilation, name, hidden, relations_of(compilation, planned))
        return _with_indicators(compilation, name, hidden, steps, [])
    steps = _from_all_days(_of_all_days(compilation), name, hidden, relations_of)
    in_range = _in_range(compilation, planned, name)
    return _with_indicators(compilation, name, hidden, steps, in_range)


def _plain(compilation: Compilation, name: str, hidden: frozenset[str], relations: Relations) -> list[Step]:
    """Return the steps of a pass without its indicators; of weekdays, where it reads tables and that is asked for."""
    planned, types = compilation.planned[name], compilation.plain_types[name]
    steps = planned.steps(hidden, relations)
    weekdays = weekdays_only(planned, types) if compilation.config.EXCLUDE_WEEKENDS else []
    if planned.source_passes or not weekdays:
        return steps
    return filtered(steps, _columns(compilation, name, hidden), weekdays, "weekdays")


def _columns(compilation: Compilation, name: str, hidden: frozenset[str]) -> list[str]:
    """Return the columns of a pass without its indicators, and the hidden ones that are wanted."""
    planned = compilation.planned[name]
    return [*(column.name for column in planned.columns), *(each for each in planned.hidden if each in hidden)]


def _with_indicators(
    compilation: Compilation, name: str, hidden: frozenset[str], steps: list[Step], conditions: list[Sql]
) -> list[Step]:
    planned, form = compilation.planned[name], compilation.forms[name]
    for function in {each.function for each in planned.indicators} if form.form == "udf" else ():
        compilation.binder.declare_function(SqlFunction(indicator_function(function)).stand_in())
    types = {column: compilation.plain_types[name][column] for column in _columns(compilation, name, hidden)}
    return with_indicators(PlainPass(steps, planned.keys, types, conditions), planned.indicators, form)


def check_sources(compilation: Compilation, planned: PlannedPass, name: str) -> None:
    """Raise CompileError when SQL is to compute indicators from rows that are not complete in SQL themselves."""
    if compilation.forms[name].form == "arrow":
        return
    for source in _read_by(compilation, planned):
        if compilation.planned[source].indicators and compilation.forms[source].form == "arrow":
            message = f"the indicators of {name} are computed in SQL, and it reads {source}, whose are added by a run"
            raise CompileError(message, place=f"pass {source}", suggestion="set indicators to sql or udf there as well")


def _read_by(compilation: Compilation, planned: PlannedPass) -> Iterator[str]:
    """Yield the passes that a pass reads, through others as well."""
    for source in planned.source_passes:
        yield source
        yield from _read_by(compilation, compilation.planned[source])


def begins_daily(planned: PlannedPass) -> bool:
    """Tell whether the series of all indicators begin anew each day."""
    return all(each.day_offset is not None for each in planned.indicators)


def _looks_back(compilation: Compilation, planned: PlannedPass) -> bool:
    return compilation.days.first is not None and looks_beyond_days(planned)


def _of_all_days(compilation: Compilation) -> Compilation:
    """Return the same passes planned without a first day."""
    days = compilation.days.from_the_beginning()
    long = replace(compilation, days=days, planned={}, types={}, described={}, forms={}, plain_types={})
    by_name = {each.name: each for each in compilation.config.PASSES}
    for name in compilation.planned:
        long.plan(by_name[name])
    return long


def _from_all_days(long: Compilation, name: str, hidden: frozenset[str], relations_of: RelationsOf) -> list[Step]:
    """Return the steps of a pass over all days, those it reads first."""
    planned = long.planned[name]
    relations = dict(relations_of(long, planned))
    before: list[Step] = []
    for source in planned.source_passes:
        relations[source] = Identifier(_all_days_of(long, source))
        body = pass_sql(f"{source} on all days", _whole(long, source, relations_of))
        before.append(Step(_all_days_of(long, source), body, "for indicators to look back"))
    return [*before, *_plain(long, name, hidden, relations)]


def _whole(long: Compilation, name: str, relations_of: RelationsOf) -> list[Step]:
    """Return the steps of a pass that is read, indicators and all."""
    hidden = long.wanted(name)
    steps = _from_all_days(long, name, hidden, relations_of)
    return steps if long.forms[name].form == "arrow" else _with_indicators(long, name, hidden, steps, [])


def _all_days_of(long: Compilation, name: str) -> str:
    return f"{long.read_name(name)}__all_days"


def _in_range(compilation: Compilation, planned: PlannedPass, name: str) -> list[Sql]:
    """Return the conditions that a row's bucket starts on a day of the range.

    Raises CompileError for buckets of a calendar that reach over days, which a range may cut.
    """
    contract, first = planned.contract, compilation.days.first
    assert contract is not None  # noqa: S101 - indicators have a time
    assert first is not None  # noqa: S101 - asked where there is a first day
    if not isinstance(contract, BucketContract) and not contract.is_within_days:
        message = f"indicators in SQL look back from START_DATE, which may cut the buckets of {name}"
        raise CompileError(message, place=f"pass {name}", suggestion="set indicators to arrow, or leave START_DATE out")
    type_ = compilation.plain_types[name]["TimeBucket"]
    return [*within(Identifier("TimeBucket"), type_, (contract.first_label(first), None), "left")]
