"""Compiles the checks that passes are asked for: a pure function, like the compile of the passes themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from basalt.compiler.binder import Binder, BinderError, Schema
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.sql import Identifier
from basalt.configuration import AnalyticsConfig, PassConfig, QualityConfig
from basalt.configuration.quality import CheckConfig
from basalt.errors import BasaltError, CompileError, raise_together
from basalt.quality.asked import CheckedPass
from basalt.quality.events import Events
from basalt.quality.model import PassChecks, QualityCheck
from basalt.quality.queries import totals_query
from basalt.quality.translation import rules_of


def compile_checks(
    config: AnalyticsConfig, compiled: CompiledPipeline, schemas: Mapping[str, Schema]
) -> dict[str, PassChecks]:
    """Return the checks of each pass that is asked for some.

    ``compiled`` is what the pipeline compiles to, ``schemas`` are those of its source tables. Raises BindingError or
    CompileError with every mistake.
    """
    if not any(_section(each, config)[0] for each in config.PASSES):
        return {}
    with Binder() as binder:
        return _compiled(config, compiled, schemas, binder)


def _compiled(
    config: AnalyticsConfig, compiled: CompiledPipeline, schemas: Mapping[str, Schema], binder: Binder
) -> dict[str, PassChecks]:
    found: dict[str, PassChecks] = {}
    errors: list[BasaltError] = []
    for one in compiled.passes.values():
        binder.declare(one.name, {column.name: column.type for column in one.columns})
    for each in config.PASSES:
        events_of = partial(Events.of, config=each, pipeline=config, schemas=schemas, binder=binder)
        checked = CheckedPass(compiled.passes[each.name], compiled, events_of)
        section, place = _section(each, config)
        checks: list[QualityCheck] = []
        for asked, kind, where in _asked(section, f"pass {each.name}: {place}"):
            try:
                checks += _checks(checked, asked, kind, where, section)
            except BasaltError as error:
                errors.append(error)
        if checks:
            found[each.name] = PassChecks(each.name, checks)
            _bind(found[each.name], binder)
    raise_together(errors)
    return found


def _section(config: PassConfig, pipeline: AnalyticsConfig) -> tuple[QualityConfig | None, str]:
    """Return the checks that a pass is asked for, and the key they stand under."""
    if config.quality is not None:
        return config.quality, "quality"
    return pipeline.QUALITY, "QUALITY"


def _asked(section: QualityConfig | None, place: str) -> Iterator[tuple[CheckConfig, str, str]]:
    """Yield each check of a section, with its kind and its place."""
    for kind in QualityConfig.model_fields if section is not None else ():
        entries = getattr(section, kind)
        if isinstance(entries, list):
            yield from ((each, kind, f"{place}.{kind}[{index}]") for index, each in enumerate(entries))


def _checks(
    checked: CheckedPass, asked: CheckConfig, kind: str, place: str, section: QualityConfig | None
) -> Iterator[QualityCheck]:
    assert section is not None  # noqa: S101 - a check stands in a section
    on_failure = asked.on_failure or section.on_failure
    for subject, rule in rules_of(checked, asked, place):
        yield QualityCheck(checked.name, kind, subject, place, on_failure, rule)


def _bind(checks: PassChecks, binder: Binder) -> None:
    """See that DuckDB takes what is asked of rows; a query of events has been bound by its parts."""
    for reading in checks.readings:
        totals = checks.totals(reading)
        if reading.pass_name is None or not totals:
            continue
        try:
            binder.describe(totals_query(totals, Identifier(reading.pass_name)))
        except BinderError as error:
            message = f"the checks of pass {checks.pass_name} do not compile: {error.message}"
            raise CompileError(message, place=f"pass {checks.pass_name}") from None
