"""Explains a metric from its template's header alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from basalt.catalog.library import Library
from basalt.catalog.metrics import Choice, Metric
from basalt.catalog.metrics import State as MetricState
from basalt.catalog.naming import NamedColumn
from basalt.catalog.specialise import Specialisation, specialise
from basalt.compiler.explanation import Explanation, State, reaggregation
from basalt.compiler.lineage import MadeOf, state_formula
from basalt.compiler.modules.l2.book import AMOUNTS, BookPoint, amount_of
from basalt.compiler.modules.l2.changes import compared_metric
from basalt.compiler.modules.l2.request import STANDING, standing_metric
from basalt.compiler.modules.l2tw.weighted import STATISTIC, weighted_metric
from basalt.compiler.modules.trade.rows import AGGRESSOR
from basalt.compiler.sql import Fragment, Sql
from basalt.compiler.templates import render_text

_VARIABLE = re.compile(r"\{\{ *(\w+) *\}\}")
_SETTING = re.compile(r"\{(\w+)\}")


def explain_metric(named: NamedColumn, library: Library) -> Explanation:
    """Return what a metric is, for the choices that a column's name makes or with names in braces for open ones."""
    metric = _chosen(named, library)
    names = {*metric.states, *metric.derived}
    states = tuple(_standing(metric, named) if STANDING in metric.states else _states(metric, named, names))
    apart = [state.name for state in states if state.merge is None]
    value = _value(metric, names)
    derived = {name: _plain(text, names) for name, text in metric.derived.items()}
    texts = [value, *(state.formula for state in states), *derived.values(), named.column, *metric.requires]
    is_open = metric.statistic_of is not None or any(each.states for each in _choices(metric))
    return Explanation(
        column=named.column,
        metric=metric.name,
        title=metric.title,
        type=metric.type,
        unit=metric.unit,
        kind=metric.kind,
        asked_by=_asked_by(named),
        formula=value,
        states=states,
        derived=derived,
        settings=_settings(named, texts),
        null_rule=metric.null_rule,
        known_at=metric.known_at,
        requires=_requires(metric, named),
        reaggregation="depends on what is chosen" if is_open else reaggregation(metric.natural_aggregation, apart),
        source=metric.source,
    )


def _choices(metric: Metric) -> Iterator[Choice]:
    for choices in metric.choices.values():
        yield from choices.values()


def _chosen(named: NamedColumn, library: Library) -> Metric:
    """Return the metric with its choices made, or as it is when they are open."""
    metric, chosen = named.metric, named.chosen
    if metric.is_standing and metric.module == "l2tw":
        value = render_text(metric.value, **_point(named).variables(Fragment))
        special = Specialisation(statistic=library.statistics[STATISTIC])
        return weighted_metric(metric, _point(named), value.text, special)
    if metric.is_standing:
        return standing_metric(metric, _point(named))
    if metric.module == "l2" and metric.derived:
        variables = _point(named).variables(Fragment)
        written = {name: render_text(text, **variables).text for name, text in metric.derived.items()}
        return compared_metric(metric, _point(named)).model_copy(update={"derived": written})
    if not chosen or not set(metric.choices) <= set(chosen):
        return metric
    statistic = library.statistics[chosen["aggregation"]] if metric.statistic_of else None
    return specialise(metric, Specialisation({name: chosen[name] for name in metric.choices}, statistic))


def _point(named: NamedColumn) -> BookPoint:
    chosen = named.chosen
    amount = next((amount_of(chosen[name]) for name in AMOUNTS if name in chosen), None)
    return BookPoint(chosen.get("side", BookPoint.side), int(chosen["level"]) if "level" in chosen else None, amount)


def _standing(metric: Metric, named: NamedColumn) -> list[State]:
    """Return the one state of a value of the book: what it is at the last update."""
    formula = render_text(named.metric.value, **_point(named).variables(Fragment))
    ((name, state),) = metric.states.items()
    made = state_formula(name, state, MadeOf(formula), [])
    return [State(name=name, formula=made.formula, merge=made.merge)]


def _value(metric: Metric, names: set[str]) -> str:
    """Return the value as SQL over states; for choices that are open, what it is for each."""
    if metric.statistic_of is not None:
        return f"{{aggregation}} of {_plain(metric.statistic_of, names)}"
    values = [
        f"{name}: {_plain(choice.values['value'], names)}"
        for choices in metric.choices.values()
        for name, choice in choices.items()
        if "value" in choice.values
    ]
    return "; ".join(values) or _plain(metric.value, names)


def _states(metric: Metric, named: NamedColumn, names: set[str]) -> list[State]:
    side = named.chosen.get("side")
    aggressor = Fragment(f"aggressor = {AGGRESSOR[side]}") if metric.module == "trade" and side in AGGRESSOR else None
    found = []
    for name, state in metric.states.items():
        where: Sql | None = None if state.where is None else Fragment(_plain(state.where, names))
        made = state_formula(name, state, _made_of(state, names), [aggressor, where])
        found.append(State(name=name, formula=made.formula, merge=made.merge))
    return found


def _made_of(state: MetricState, names: set[str]) -> MadeOf:
    of = Fragment(_plain(state.of, names))
    if state.at:
        return MadeOf(of, Fragment(f"[{', '.join(map(str, state.at))}]"))
    return MadeOf(of, None if state.against is None else Fragment(_plain(state.against, names)))


def _plain(text: str, names: set[str]) -> str:
    """Return a template as SQL: states and derived columns by name, what is still to be set in braces."""
    return _VARIABLE.sub(lambda found: found[1] if found[1] in names else f"{{{found[1]}}}", text)


def _asked_by(named: NamedColumn) -> str:
    """Return the place in a pass that asks for a metric, with the settings that are known."""
    group, metric = named.group, named.metric
    known = {}
    for parameter in group.parameters:
        names = {choice.name for choice in parameter.choices}
        placeholder = next((key for key in named.chosen if group.parameter(key) == parameter), None)
        asking = next((word for word in (metric.measure, metric.name) if word in names), None)
        value = _configured(placeholder, named.chosen[placeholder]) if placeholder else asking
        if value is not None:
            known[parameter.name] = value
    told = ", ".join(f"{name}: {value}" for name, value in known.items())
    return f"{group.place}: {{{told}}}" if told else group.place


def _configured(placeholder: str, chosen: str) -> str:
    """Return a value as the configuration writes it; names of columns have an underscore for the point of an amount."""
    return chosen.replace("_", ".") if placeholder in AMOUNTS else chosen


def _settings(named: NamedColumn, texts: list[str]) -> dict[str, str]:
    """Return what sets each name in braces, as far as the configuration or the header says."""
    asked = list(dict.fromkeys(name for text in texts for name in _SETTING.findall(text)))
    found: dict[str, str] = {}
    for name in asked:  # which grows by the names in what is told of one
        parameter = named.group.parameter(name)
        if parameter is not None:
            words = [f"{each.name} ({each.text})" if each.title else each.name for each in parameter.choices]
            found[name] = ", ".join(words) or parameter.title
        else:
            found |= _computed(name, named)
            asked += [each for each in _SETTING.findall(found.get(name, "")) if each not in asked]
    return found


_VARIABLES = {
    "bucket_seconds": "time_bucket_seconds of the pass",
    "previous_trade": "the trade before of the same listing, bucket and side, in the order of events",
    "trades_in_order": "the trades of the same listing, bucket and side, in the order of events",
    "parts": "vpin_bucket_count (50); 1 with vpin_bucket_size",
    "bucket_size": "vpin_bucket_size, in 1e-9 of Size",
    "mid": "the column that reference_price_col names",
    "mid_after": "the mid a horizon after the trade",
    "scale": "with unit: bps the factor 10000 / mid, else nothing",
    "has_code": "the flag is set",
    "price": "the price that source names, of each update",
    "step_before": "the time of the bucket that is subsample_seconds earlier",
    "close_before": "the close of the bucket before that has one, of the same day",
    "up_to_level": "each level from the best one to the one asked for, or the deepest; what it stands in is added up",
    "better_level": "each level that is better than this one; what it stands in is added up",
    "deepest_level": "max_level, else the deepest level that the source has",
}
"""What a pass fills in where a template has these names."""


def _computed(name: str, named: NamedColumn) -> dict[str, str]:
    """Return what stands for a variable: values of the choice that sets it, else what a pass fills in."""
    metric = named.metric
    names = {*metric.states, *metric.derived}
    own = [
        f"{_plain(text, names)} for {choice}"
        for choices in metric.choices.values()
        for choice, each in choices.items()
        for variable, text in each.values.items()
        if variable == name
    ]
    told = ", ".join(own) or _VARIABLES.get(name, "")
    codes = [each for key, each in metric.choices.get("flag", {}).items() if named.chosen.get("flag") == key]
    if name == "has_code" and codes:
        told += f": {codes[0].requires[0]} is one of {', '.join(codes[0].codes)}, or as flag_codes says"
    return {name: told} if told else {}


def _requires(metric: Metric, named: NamedColumn) -> tuple[str, ...]:
    of_all = metric.module != "trade" or named.chosen.get("side", "Total") == "Total"
    by_side = () if of_all else ("AggressorSide",)
    return tuple(dict.fromkeys([*metric.requires, *by_side]))
