"""Makes one plain metric of a metric that has parameters: the choices taken, the statistic, the rows it reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from basalt.catalog.metrics import Choice, Metric, State, Statistic

_VARIABLE = re.compile(r"\{\{ *(\w+) *\}\}")
_PLAIN = re.compile(r"\w+")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Specialisation:
    """What makes a metric plain.

    ``chosen`` is the choice per parameter, ``labels`` stand for others in the column's name, and ``suffix`` tells the
    states and values that depend on them from others. ``where`` is a condition on rows, as a template.
    """

    chosen: Mapping[str, str] = field(default_factory=dict)
    statistic: Statistic | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    unit: str | None = None
    where: str | None = None
    suffix: str = ""
    requires_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that stand in the place of those that a parameter's choice requires."""

    def required(self, parameter: str, choice: Choice) -> tuple[str, ...]:
        """Return the columns that a choice requires."""
        return self.requires_of.get(parameter, choice.requires)


def specialise(metric: Metric, special: Specialisation) -> Metric:
    """Return a metric without parameters, whose states have names of their own."""
    chosen = {parameter: metric.choices[parameter][name] for parameter, name in special.chosen.items()}
    choices = list(chosen.values())
    given = {name: text for choice in choices for name, text in choice.values.items()}
    values = {name: _placed(text) for name, text in given.items()}
    states, value = _states(metric, special, choices)
    suffix = _suffix(metric, special)
    renamed = {name: f"{name}{suffix}" for name in (*states, *metric.derived)}
    names = {name: f"{{{{ {new} }}}}" for name, new in renamed.items()}
    changes: dict[str, object] = {
        "column": _column(metric.column, special, chosen),
        "column_total": metric.column_total and _column(metric.column_total, special, chosen),
        "title": " ".join([metric.title, *(choice.title for choice in choices), *_title(special)]),
        "requires": _requires(metric, special, chosen),
        "derived": {
            renamed[name]: _filled(_derived(text, given, values), names) for name, text in metric.derived.items()
        },
        "states": {renamed[name]: _state(state, special.where, {**values, **names}) for name, state in states.items()},
        "value": _filled(_filled(value, values), names),
        "choices": {},
        "statistic_of": None,
        "statistics": (),
    }
    if special.statistic:
        changes["kind"] = special.statistic.kind
    if special.unit:
        changes["unit"] = special.unit
    for choice in choices:
        changes |= choice.model_dump(include={"unit", "kind", "type", "null_rule"}, exclude_none=True)
    return metric.model_copy(update=changes)


def _suffix(metric: Metric, special: Specialisation) -> str:
    """Return what tells the states of the choices that the column's name tells from those of others."""
    named = {parameter: name for parameter, name in special.chosen.items() if f"{{{parameter}}}" in metric.column}
    telling = [name for parameter, name in named.items() if not metric.choices[parameter][name].states]
    return "".join(f"_{snake(each)}" for each in telling) + special.suffix


def _derived(text: str, given: Mapping[str, str], placed: Mapping[str, str]) -> str:
    """Return a derived value with the values of choices filled in, as they are where one is the whole of it."""
    return _filled(text, given if _VARIABLE.fullmatch(text) else placed)


def _requires(metric: Metric, special: Specialisation, chosen: Mapping[str, Choice]) -> tuple[str, ...]:
    by_choice = [column for parameter, choice in chosen.items() for column in special.required(parameter, choice)]
    return tuple(dict.fromkeys([*metric.requires, *special.requires, *by_choice]))


def snake(name: str) -> str:
    """Return a name as state columns spell it: ``PreTradeMid`` as ``pre_trade_mid``."""
    return _WORD.sub("_", name).lower()


def _states(metric: Metric, special: Specialisation, choices: list[Choice]) -> tuple[dict[str, State], str]:
    if special.statistic is not None:
        of = {"x": metric.statistic_of or ""}
        stem = snake(metric.name)
        named = {name: f"{stem}_{name}" for name in special.statistic.states}
        states = {named[name]: _state(state, None, of) for name, state in special.statistic.states.items()}
        return states, _filled(special.statistic.value, {name: f"{{{{ {new} }}}}" for name, new in named.items()})
    kept = {name for choice in choices for name in choice.states} or set(metric.states)
    value = next((choice.values["value"] for choice in choices if "value" in choice.values), metric.value)
    return {name: state for name, state in metric.states.items() if name in kept}, value


def _state(state: State, where: str | None, values: Mapping[str, str]) -> State:
    conditions = [text for text in (state.where, where) if text is not None]
    joined = " AND ".join(f"({text})" if " OR " in text else text for text in conditions)
    update = {"of": _filled(state.of, values), "where": _filled(joined, values) or None}
    if state.against is not None:
        update["against"] = _filled(state.against, values)
    return state.model_copy(update=update)


def _placed(text: str) -> str:
    """Return an expression as it stays one wherever it is placed."""
    return text if _PLAIN.fullmatch(text) else f"({text})"


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return a template with the variables that are known filled in; others stay for later."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def _column(pattern: str, special: Specialisation, chosen: Mapping[str, Choice]) -> str:
    labels = dict(special.labels)
    for parameter, choice in chosen.items():
        labels[parameter] = special.chosen[parameter] if choice.label is None else choice.label
    if special.statistic is not None:
        labels["aggregation"] = special.statistic.label
    for name, label in labels.items():
        pattern = pattern.replace(f"{{{name}}}", label)
    return pattern


def _title(special: Specialisation) -> list[str]:
    return [f"({special.statistic.title})"] if special.statistic else []
