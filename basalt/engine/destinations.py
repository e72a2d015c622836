"""Where the passes of a pipeline land."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from basalt.compiler.model import CompiledPipeline
from basalt.configuration import AnalyticsConfig, OutputTarget, PassConfig
from basalt.errors import ConfigurationError
from basalt.outputs.opening import output_of
from basalt.outputs.output import Output
from basalt.outputs.shape import PassShape


@dataclass(frozen=True)
class Destination:
    """A target of a pass, and the output that it is for the dates of a pipeline."""

    target: OutputTarget
    output: Output


def destinations(config: AnalyticsConfig, compiled: CompiledPipeline) -> Mapping[str, tuple[Destination, ...]]:
    """Return the destinations of each pass that has any.

    Raises ConfigurationError when two passes would be written to one place, BindingError for a target that does not fit
    its pass.
    """
    found = {each.name: tuple(_destinations(each, config, compiled)) for each in config.PASSES}
    first: dict[str, str] = {}
    for name, place in ((name, each.output.place) for name, several in found.items() for each in several):
        if place in first:
            message = f"passes {first[place]} and {name} would both be written to {place}"
            suggestion = "put {pass} into path_template"
            raise ConfigurationError(message, place=f"pass {name}", suggestion=suggestion)
        first[place] = name
    return {name: several for name, several in found.items() if several}


def _destinations(each: PassConfig, config: AnalyticsConfig, compiled: CompiledPipeline) -> Iterator[Destination]:
    main = each.output or config.OUTPUT_TARGET
    shape = PassShape.of(compiled.passes[each.name])
    for target in ([main] if main else []) + each.extra_outputs:
        yield Destination(target, output_of(target, shape, config))
