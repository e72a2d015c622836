"""Whether SQL alone can yield all that a pass has."""

from __future__ import annotations

from collections.abc import Iterable

from basalt.catalog.indicator_forms import sql_forms
from basalt.catalog.indicators import indicator_function
from basalt.compiler.indicators import Indicator
from basalt.compiler.indicators.functions import SqlFunction
from basalt.compiler.model import CompiledPass
from basalt.errors import IncompleteSqlError, Problem, listing


def check_complete(passes: Iterable[CompiledPass]) -> None:
    """Raise IncompleteSqlError for passes to which a run adds indicators that their SQL does not compute."""
    problems = [
        Problem(
            f"{listing(map(str, each.added_indicators))} of pass {each.name} would be missing: a run adds them to what "
            "the SQL yields",
            f"pass {each.name}: generic_analytics.indicators",
            _advice(each.added_indicators),
        )
        for each in passes
        if each.added_indicators
    ]
    if problems:
        raise IncompleteSqlError(problems)


def _advice(indicators: Iterable[Indicator]) -> str:
    known = sql_forms()
    if all((form := known.get(each.function)) and form.holds_for(each.parameters) for each in indicators):
        return "set it to sql, or leave it out"
    return "set it to udf, or leave it out: the SQL then calls functions that basalt.register_functions adds"


def called_functions(compiled: CompiledPass) -> tuple[str, ...]:
    """Return the functions that the SQL of a pass calls and that ``basalt.register_functions`` adds to a connection."""
    if compiled.indicator_form.form != "udf":
        return ()
    names = (SqlFunction(indicator_function(each.function)).name for each in compiled.indicators)
    return tuple(dict.fromkeys(names))


def function_note(compiled: CompiledPass) -> str:
    """Return a line of SQL comment that says what functions a pass needs; empty when it needs none."""
    names = called_functions(compiled)
    return f"-- calls {', '.join(names)}, which basalt.register_functions(connection) adds\n" if names else ""
