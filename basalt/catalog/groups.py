"""The groups of a module's configuration that ask for metrics: where each stands, and what may be set in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from basalt.catalog.metrics import Choice, Metric, Statistic
from basalt.configuration import PassConfig


@dataclass(frozen=True)
class ParameterChoice:
    """One value that a parameter takes: what stands for it in a column's name, and what it means.

    ``title`` is empty for one that its name explains. ``changes`` are the metric's unit, kind, type and null rule where
    the choice has its own.
    """

    name: str
    label: str
    title: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the choice means, and what it makes different from the metric."""
        changes = ", ".join(f"{name} {value}" for name, value in self.changes.items() if name != "null_rule")
        return self.title.removeprefix("- ") + (f" ({changes})" if changes else "")


@dataclass(frozen=True)
class Parameter:
    """A field of a group: one column comes of each value.

    ``pattern`` is the regular expression of a value that is not one of ``choices``; None where only those are taken.
    ``default`` is None for a field that has to be given, which ``is_required`` says, and for one that need not.
    """

    name: str
    title: str
    choices: tuple[ParameterChoice, ...]
    pattern: str | None
    default: object
    is_required: bool


@dataclass(frozen=True)
class Group:
    """A group of metrics: the place in a pass that asks for them, what may be set there, and the metrics."""

    module: str
    family: str
    place: str
    title: str
    parameters: tuple[Parameter, ...]
    metrics: tuple[Metric, ...]

    def parameter(self, placeholder: str) -> Parameter | None:
        """Return the parameter that a placeholder of a column's name stands for."""
        names = (placeholder, f"{placeholder}s")
        return next((each for each in self.parameters if each.name in names), None)


def groups(metrics: Iterable[Metric], statistics: Mapping[str, Statistic]) -> tuple[Group, ...]:
    """Return all groups that have metrics, by module and in the order of the configuration."""
    found: dict[tuple[str, str], list[Metric]] = {}
    for metric in metrics:
        found.setdefault((metric.module, metric.family), []).append(metric)
    made = [_group(module, family, tuple(each), statistics) for (module, family), each in found.items()]
    return tuple(sorted(made, key=lambda each: (each.module, _position(each))))


def _section(module: str) -> type[BaseModel]:
    """Return the model of ``<module>_analytics`` of a pass."""
    annotation = PassConfig.model_fields[f"{module}_analytics"].annotation
    return _models(annotation)[0]


def _models(annotation: object) -> list[type[BaseModel]]:
    """Return the models among what an annotation is made of."""
    return [each for each in get_args(annotation) if isinstance(each, type) and issubclass(each, BaseModel)]


def _field(module: str, family: str) -> tuple[str, FieldInfo]:
    """Return the field of a module's configuration that asks for a family: a list of groups, or a switch."""
    fields = _section(module).model_fields
    name = next(name for name in (f"{family}_metrics", family, f"enable_{family}") if name in fields)
    return name, fields[name]


def _position(group: Group) -> int:
    name, _ = _field(group.module, group.family)
    return list(_section(group.module).model_fields).index(name)


def _group(module: str, family: str, metrics: tuple[Metric, ...], statistics: Mapping[str, Statistic]) -> Group:
    name, given = _field(module, family)
    models = _models(given.annotation)
    parameters = tuple(_parameters(models[0], metrics, statistics)) if models else ()
    return Group(module, family, f"{module}_analytics.{name}", _plain(given.description), parameters, metrics)


def _parameters(
    model: type[BaseModel], metrics: tuple[Metric, ...], statistics: Mapping[str, Statistic]
) -> Iterator[Parameter]:
    """Yield the fields that a group has of its own, beside those that all groups share."""
    shared = {name for base in model.__bases__ if issubclass(base, BaseModel) for name in base.model_fields}
    properties = model.model_json_schema()["properties"]
    for name, given in model.model_fields.items():
        if name not in shared:
            said = list(_leaves(properties[name]))
            words = [word for leaf in said for word in leaf.get("enum", [])]
            pattern = next((found for leaf in said if (found := _pattern(leaf)) is not None), None)
            choices = tuple(_choices(name, words, metrics, statistics))
            pattern = pattern if choices or pattern else ".+"
            default = None if given.is_required() else given.get_default(call_default_factory=True)
            yield Parameter(name, _plain(given.description), choices, pattern, default, given.is_required())


def _plain(description: str | None) -> str:
    """Return a field's docstring as text on one line."""
    return " ".join((description or "").replace("``", "").split())


def _leaves(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the parts of a field's JSON Schema that stand for one value."""
    if "anyOf" in schema or "items" in schema:
        for member in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
            yield from _leaves(member)
        return
    yield schema


def _pattern(leaf: Mapping[str, Any]) -> str | None:
    """Return the regular expression of a value's text, where its schema says what it is."""
    kinds = {"integer": "[1-9][0-9]*", "number": "[0-9]+(?:_[0-9]+)?"}
    return kinds.get(leaf.get("type", ""), leaf.get("pattern"))


def _choices(
    name: str, words: list[str], metrics: tuple[Metric, ...], statistics: Mapping[str, Statistic]
) -> Iterator[ParameterChoice]:
    """Yield the values of a field, with what headers say of them."""
    said = _said(name, metrics, statistics)
    if name == "measures" and not words:
        yield from _measures(metrics)
    for word in dict.fromkeys(words):
        yield said.get(word, ParameterChoice(word, word))


def _measures(metrics: tuple[Metric, ...]) -> Iterator[ParameterChoice]:
    """Yield the measures that ask for metrics; one that asks for several says for which."""
    found: dict[str, list[str]] = {}
    for metric in metrics:
        found.setdefault(metric.measure, []).append(metric.name)
    for measure, names in found.items():
        yield ParameterChoice(measure, measure, ", ".join(names) if len(names) > 1 else "")


def _said(name: str, metrics: tuple[Metric, ...], statistics: Mapping[str, Statistic]) -> dict[str, ParameterChoice]:
    found: dict[str, ParameterChoice] = {}
    for metric in metrics:
        for parameter, choices in metric.choices.items():
            if name in (parameter, f"{parameter}s"):
                found |= {
                    key: ParameterChoice(key, key if each.label is None else each.label, each.title, _changes(each))
                    for key, each in choices.items()
                }
        if name == "aggregations":
            taken = [statistics[each] for each in metric.statistics]
            found |= {
                each.name: ParameterChoice(
                    each.name, each.label, each.title, {} if each.kind == metric.kind else {"kind": each.kind}
                )
                for each in taken
            }
    return found


def _changes(choice: Choice) -> dict[str, str]:
    return choice.model_dump(include={"unit", "kind", "type", "null_rule"}, exclude_none=True)
