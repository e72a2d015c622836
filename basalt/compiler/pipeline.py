"""The stages of a compile, in order: bind, plan, render, check, emit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from basalt.compiler.binder import Binder, Schema
from basalt.compiler.binding import bind_tables, check_names
from basalt.compiler.compilation import Compilation
from basalt.compiler.day_range import DayRange
from basalt.compiler.days import days_read, range_computed
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.order import ordered_passes
from basalt.compiler.parameters import check_parameters
from basalt.compiler.references import PlainReferences, References
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.days import Days


@dataclass(frozen=True)
class Part:
    """Dates that are a part of the days that are computed: all of their rows are to be seen.

    The ``continued`` passes go on from what stood at the end of the days before, which a run has left in a relation.
    """

    continued: frozenset[str] = frozenset()


def compile_pipeline(  # noqa: PLR0913 - what a compile may be asked to do otherwise
    config: AnalyticsConfig,
    schemas: Mapping[str, Schema],
    *,
    is_complete: bool = False,
    part: Part | None = None,
    days: DayRange | None = None,
    references: References | None = None,
) -> CompiledPipeline:
    """Compile a pipeline: a pure function of the configuration and the schemas of its source tables.

    ``schemas`` maps a table to its columns and their DuckDB types, in order. A table that Basalt knows and that has
    no entry is taken to have its canonical columns. ``is_complete`` has the SQL compute the indicators as well, where
    a pass leaves it open. With ``part`` the dates are a part of the days that are computed. ``days`` stand in place of
    the dates that the pipeline says, ``references`` in place of files and names. Raises ConfigurationError,
    BindingError or CompileError with every mistake of the first stage that finds any.
    """
    with Binder() as binder:
        done, passes = compilation(config, schemas, binder, is_complete=is_complete, part=part, days=days)
        done = done if references is None else replace(done, references=references)
        return done.pipeline(passes)


def compilation(  # noqa: PLR0913 - as for compile_pipeline
    config: AnalyticsConfig,
    schemas: Mapping[str, Schema],
    binder: Binder,
    *,
    is_complete: bool = False,
    part: Part | None = None,
    days: DayRange | None = None,
) -> tuple[Compilation, tuple[PassConfig, ...]]:
    """Return a compilation with all passes planned, and the passes in run order; raises as ``compile_pipeline``."""
    passes = ordered_passes(config, schemas)
    check_names(config)
    asked = days or DayRange.of(config)
    tables = bind_tables(config, schemas, binder)
    check_parameters(asked, tables)
    planned = Compilation(
        config,
        binder,
        tables,
        asked,
        PlainReferences(config.TABLES, asked),
        is_complete,
        continued=part.continued if part else frozenset(),
    )
    planned.plan_all(passes)
    computed = asked if part else range_computed(planned.planned, asked)
    if computed != asked:
        planned = Compilation(config, binder, tables, computed, planned.references, is_complete, shown=asked)
        planned.plan_all(passes)
    return planned, tuple(passes)


def days_needed(config: AnalyticsConfig, schemas: Mapping[str, Schema]) -> Callable[[str, Days], Days]:
    """Return a function from a pass and days of it to the days it is computed from; raises as ``compile_pipeline``.

    Indicators that look back need all days before.
    """
    with Binder() as binder:
        planned, _ = compilation(Days(None, None).asked_of(config), schemas, binder)
    return partial(days_read, planned.planned)
