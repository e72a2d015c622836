"""Single values of a pipeline replaced from outside: ``PASSES[pass1].time_bucket_seconds=300``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import BaseModel

from basalt.configuration.diagnosis.places import Named, Place, Step, show_place, split_assignment
from basalt.configuration.diagnosis.wording import shown
from basalt.configuration.formats.text import UnreadableTextError
from basalt.configuration.tables import read_table
from basalt.errors import ConfigurationError, Problem, listing, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Overridden:
    """A pipeline's mapping with values replaced, and the override behind each place that was."""

    raw: dict[str, Any]
    overrides: dict[Place, str] = field(default_factory=dict)

    def behind(self, place: Place) -> str:
        """Return the override that wrote a place, or the empty string."""
        above = (place[:depth] for depth in range(len(place), 0, -1))
        return next((self.overrides[each] for each in above if each in self.overrides), "")


class _MisfitError(ValueError):
    """An override that does not fit the pipeline; ``suggestion`` says what would."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


def apply_overrides(raw: Mapping[str, Any] | BaseModel, overrides: Iterable[str]) -> Overridden:
    """Return a pipeline with each ``PLACE=VALUE`` put in, in order; ``raw`` and what it holds stay as they are.

    A place is written as in error messages; an element of a list may also be named by its ``name``, and a key that
    is not there yet is added. The value is YAML. Data in memory is carried along untouched. Raises ConfigurationError
    with every override that cannot be read or does not fit.
    """
    result = Overridden(_opened(raw))
    problems: list[Problem] = []
    for text in overrides:
        try:
            result = _applied(result, text)
        except _MisfitError as error:
            problems.append(Problem(str(error), _title(text), error.suggestion))
    if problems:
        raise ConfigurationError(problems)
    return result


def _title(text: str) -> str:
    return f"override {text!r}"


def _applied(so_far: Overridden, text: str) -> Overridden:
    try:
        steps, written = split_assignment(text)
    except ValueError as error:
        example = "a place and a value: PASSES[0].time_bucket_seconds=300"
        raise _MisfitError(str(error), example) from None
    raw, place = _replaced(so_far.raw, steps, _read_value(written), ())
    return Overridden(raw, {**so_far.overrides, place: _title(text)})


def _read_value(written: str) -> Any:  # noqa: ANN401 - a value of any type
    from basalt.configuration.formats.yaml_text import read_yaml  # noqa: PLC0415 - PyYAML is loaded when there are overrides

    try:
        return read_yaml(written).value
    except UnreadableTextError as error:
        message = f"the value {written!r} is not YAML: {error}"
        raise _MisfitError(message, "put text with special characters in quotes") from None


def _replaced(current: Any, steps: Sequence[Step], value: Any, above: Place) -> tuple[Any, Place]:  # noqa: ANN401 - raw data
    """Return a copy of ``current`` with ``value`` at the end of the steps, and the place that this is."""
    if not steps:
        return value, above
    first, *rest = steps
    if isinstance(first, str):
        mapping = _as_mapping(current, above)
        inner, place = _replaced(mapping.get(first), rest, value, (*above, first))
        return {**mapping, first: inner}, place
    elements = _as_elements(current, above)
    position = _position(elements, first, above)
    inner, place = _replaced(elements[position], rest, value, (*above, position))
    return [*elements[:position], inner, *elements[position + 1 :]], place


def _as_mapping(current: Any, above: Place) -> dict[str, Any]:  # noqa: ANN401 - whatever the user wrote
    """Return what stands at a place as a mapping; nothing there becomes an empty one, a short table a full one."""
    match above:
        case ("TABLES", _):
            current = read_table(current)
    if current is None:
        return {}
    if isinstance(current, (Mapping, BaseModel)):
        return _opened(current)
    if isinstance(current, (list, tuple)):
        _refuse_list(above, len(current))
    message = f"{show_place(above)} is {shown(current)}, there is nothing inside it"
    raise _MisfitError(message)


def _opened(value: Mapping[str, Any] | BaseModel) -> dict[str, Any]:
    """Return one level as a dictionary, of a model too, with the very objects it holds."""
    return dict(value)


def _refuse_list(above: Place, length: int) -> NoReturn:
    where = show_place(above)
    message = f"{where} is a list of {length}"
    raise _MisfitError(message, f"name one of its elements: {where}[0]")


def _as_elements(current: Any, above: Place) -> list[Any]:  # noqa: ANN401 - whatever the user wrote
    """Return what stands at a place as a list; a single value is a list of one."""
    if isinstance(current, (list, tuple)):
        return list(current)
    where = show_place(above) or "the pipeline"
    if current is None:
        message = f"there is no {where}"
        raise _MisfitError(message, f"give it whole: {where}=[...]")
    if isinstance(current, (Mapping, BaseModel)):
        message = f"{where} is a mapping, not a list"
        raise _MisfitError(message, f"its keys: {listing(map(str, _opened(current)))}")
    return [current]


def _position(elements: list[Any], step: int | Named, above: Place) -> int:
    if isinstance(step, Named):
        return _position_of_name(elements, step.name, above)
    if not -len(elements) <= step < len(elements):
        message = f"there is no {show_place(above)}[{step}], the list has {len(elements)}"
        raise _MisfitError(message, "positions count from 0")
    return step % len(elements)


def _position_of_name(elements: list[Any], name: str, above: Place) -> int:
    where = show_place(above)
    names = [_name(each) for each in elements]
    if names.count(name) > 1:
        message = f"{where} has {names.count(name)} elements called {name!r}"
        raise _MisfitError(message, f"use the position: {where}[{names.index(name)}]")
    if name not in names:
        known = [each for each in names if each]
        message = f"{where} has no element called {name!r}"
        raise _MisfitError(message, nearest(name, known) or f"there are: {listing(known) or 'none with a name'}")
    return names.index(name)


def _name(element: object) -> str:
    name = element.get("name") if isinstance(element, Mapping) else getattr(element, "name", None)
    return name if isinstance(name, str) else ""
