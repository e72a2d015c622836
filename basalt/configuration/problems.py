"""Mistakes in a configuration, told all at once: where each is, what is wrong, and what was probably meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from basalt.configuration.analytics import AnalyticsConfig
from basalt.configuration.diagnosis.mistakes import Mistake, in_reading_order, without_echoes
from basalt.configuration.diagnosis.pipeline_checks import unseen_disagreements
from basalt.configuration.diagnosis.places import Place, show_place
from basalt.configuration.diagnosis.reports import mistakes_in_report
from basalt.configuration.diagnosis.wording import shown
from basalt.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from basalt.configuration.diagnosis.shapes import Model


def nowhere(_place: Place) -> str:
    """Return the origin of a configuration that comes from no file."""
    return ""


def validate(raw: object, origin: Callable[[Place], str] = nowhere) -> AnalyticsConfig:
    """Return the configuration that a mapping describes.

    ``origin`` says where a place was written (``pipeline.yaml:3:5``), for messages. Raises ConfigurationError with
    every mistake found.
    """
    if not isinstance(raw, Mapping):
        message = f"a pipeline is a mapping with PASSES in it, not {shown(raw)}"
        raise ConfigurationError(message, place=origin(()))
    try:
        return AnalyticsConfig.model_validate(dict(raw))
    except ValidationError as error:
        raise ConfigurationError(problems_in(error, raw, origin)) from None


def problems_in(
    error: ValidationError,
    raw: Mapping[str, Any],
    origin: Callable[[Place], str] = nowhere,
) -> list[Problem]:
    """Return every mistake in ``raw``, which pydantic refused with ``error``, in the order of the text."""
    reported = mistakes_in_report(error, AnalyticsConfig, raw)
    found = in_reading_order(without_echoes([*reported, *unseen_disagreements(raw, reported)]), raw)
    return [_problem(each, raw, origin) for each in found]


def problems_of_model(error: ValidationError, model: Model, origin: str) -> list[Problem]:
    """Return every mistake in a call such as ``PassConfig(...)``, which pydantic refused with ``error``."""
    found = without_echoes(mistakes_in_report(error, model))
    prefix: Place = () if model is AnalyticsConfig else (model.__name__,)
    return [Problem(each.message, _joined(origin, (*prefix, *each.place)), each.suggestion) for each in found]


def _problem(mistake: Mistake, raw: Mapping[str, Any], origin: Callable[[Place], str]) -> Problem:
    name = _name_of_pass(mistake.place, raw)
    message = f"pass {name!r}: {mistake.message}" if name else mistake.message
    return Problem(message, _joined(origin(mistake.place), mistake.place), mistake.suggestion)


def _joined(origin: str, place: Place) -> str:
    return ": ".join(part for part in (origin, show_place(place)) if part)


def _name_of_pass(place: Place, raw: Mapping[str, Any]) -> str:
    """Return the name of the pass that a place is in, unless the place is the name itself."""
    match place:
        case ("PASSES", int(position), *rest) if rest != ["name"]:
            found = raw["PASSES"][position]
            name = found.get("name") if isinstance(found, Mapping) else None
            return name if isinstance(name, str) else ""
    return ""
