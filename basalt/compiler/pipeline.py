"""The stages of a compile, in order: bind, plan, render, check, emit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from basalt.catalog.tables import assumed_schema
from basalt.compiler.binder import Binder, BinderError, Schema
from basalt.compiler.columns import Column
from basalt.compiler.day_range import DayRange
from basalt.compiler.indicators import check_input_types
from basalt.compiler.indicators.form import ChosenForm, choose
from basalt.compiler.model import STATES_SUFFIX, CompiledCheck, CompiledPass, CompiledPipeline, CompiledStep
from basalt.compiler.modules import module_of
from basalt.compiler.order import ordered_passes, sources_of
from basalt.compiler.parameters import check_parameters, describe
from basalt.compiler.placing import begins_daily, check_sources, steps_with_indicators
from basalt.compiler.plan import Check, Inputs, Module, PlannedPass, Relations, Step
from basalt.compiler.references import PlainReferences, References
from basalt.compiler.relations import compiled_sources
from basalt.compiler.select import pass_sql
from basalt.compiler.sources import SourceTable, bind_source
from basalt.compiler.sql import Identifier, Sql
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.indicators import IndicatorForm
from basalt.errors import BasaltError, CompileError, PassOrderError, Problem, SourceNotFoundError


def compile_pipeline(
    config: AnalyticsConfig,
    schemas: Mapping[str, Schema],
    *,
    is_complete: bool = False,
    days: DayRange | None = None,
    references: References | None = None,
) -> CompiledPipeline:
    """Compile a pipeline: a pure function of the configuration and the schemas of its source tables.

    ``schemas`` maps a table to its columns and their DuckDB types, in order. A table that Basalt knows and that has
    no entry is taken to have its canonical columns. ``is_complete`` has the SQL compute the indicators as well, where
    a pass leaves it open; ``days`` stand in place of the dates that the pipeline says, ``references`` in place of files
    and names. Raises ConfigurationError, BindingError or CompileError with every mistake of the first stage that finds
    any.
    """
    with Binder() as binder:
        done, passes = compilation(config, schemas, binder, is_complete=is_complete, days=days)
        done = done if references is None else replace(done, references=references)
        return done.pipeline(passes)


def compilation(
    config: AnalyticsConfig,
    schemas: Mapping[str, Schema],
    binder: Binder,
    *,
    is_complete: bool = False,
    days: DayRange | None = None,
) -> tuple[Compilation, tuple[PassConfig, ...]]:
    """Return a compilation with all passes planned, and the passes in run order; raises as ``compile_pipeline``."""
    passes = ordered_passes(config, schemas)
    _check_names(config)
    days = days or DayRange.of(config)
    named = PlainReferences(config.TABLES, days)
    planned = Compilation(config, binder, _bind(config, schemas, binder), days, named, is_complete)
    check_parameters(planned.days, planned.tables)
    planned.plan_all(passes)
    return planned, tuple(passes)


def tables_read(config: AnalyticsConfig) -> tuple[str, ...]:
    """Return the names of the source tables that the passes of a pipeline may read."""
    found = [table for each in config.PASSES for table in _module(each).tables(each, config)]
    return tuple(dict.fromkeys(found))


def _module(config: PassConfig) -> Module:
    return module_of(config)


def _check_names(config: AnalyticsConfig) -> None:
    """Refuse a pass with the name of a table that is read: its view would stand in the table's place."""
    tables = {name.casefold() for name in tables_read(config)}
    problems = [
        Problem(f"pass {each.name} has the name of a table that is read", f"PASSES[{index}].name", "call it otherwise")
        for index, each in enumerate(config.PASSES)
        if each.name.casefold() in tables
    ]
    if problems:
        raise PassOrderError(problems)


def _bind(config: AnalyticsConfig, schemas: Mapping[str, Schema], binder: Binder) -> dict[str, SourceTable]:
    """Bind every table that is read; mistakes of all tables are raised together."""
    bound: dict[str, SourceTable] = {}
    errors: list[BasaltError] = []
    for name in tables_read(config):
        schema = schemas[name] if name in schemas else assumed_schema(name)
        if schema is None:
            message = f"there is no source for table {name!r}"
            raise SourceNotFoundError(message, place=f"TABLES.{name}")
        try:
            bound[name] = bind_source(name, config.TABLES.get(name), schema, binder)
        except BasaltError as error:
            errors.append(error)
    _raise_together(errors)
    return bound


def _raise_together(errors: list[BasaltError]) -> None:
    if errors:
        raise type(errors[0])(problem for error in errors for problem in error.problems)


@dataclass
class Compilation:
    """A compile under way: passes planned so far, and the types of their columns."""

    config: AnalyticsConfig
    binder: Binder
    tables: Mapping[str, SourceTable]
    days: DayRange
    references: References
    is_complete: bool = False
    planned: dict[str, PlannedPass] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    described: dict[str, dict[str, str]] = field(default_factory=dict)
    forms: dict[str, ChosenForm] = field(default_factory=dict)
    plain_types: dict[str, dict[str, str]] = field(default_factory=dict)
    """The types of each pass's columns and hidden ones, without its indicators."""

    def plan_all(self, passes: Sequence[PassConfig]) -> None:
        """Plan passes in run order; the mistakes of all are raised together, but for passes that read a faulty one."""
        errors: list[BasaltError] = []
        faulty: set[str] = set()
        for each in passes:
            try:
                if faulty.isdisjoint(sources_of(each)):
                    self.plan(each)
            except BasaltError as error:
                errors.append(error)
            if each.name not in self.planned:
                faulty.add(each.name)
        _raise_together(errors)

    def plan(self, config: PassConfig) -> None:
        """Plan a pass and learn the types of its columns, hidden ones included."""
        inputs = Inputs(self.config, self.days, self.tables, self.planned, self.types)
        planned = _module(config).plan(config, inputs)
        query = pass_sql(title_of(config, planned), planned.steps(frozenset(planned.hidden), self.stand_ins(planned)))
        types = self._checked(query, config.name)
        place = f"pass {config.name}"
        check_input_types(planned.indicators, types, place)
        self.forms[config.name] = choose(_asked_form(config), planned.indicators, place, is_complete=self.is_complete)
        check_sources(self, planned, config.name)
        self.plain_types[config.name] = dict(types)
        for indicator in planned.indicators:
            types |= {output.column: output.type for output in indicator.outputs}
        self.binder.declare(_stand_in(config.name), types)
        self.planned[config.name], self.types[config.name] = planned, types

    def pipeline(self, passes: Iterable[PassConfig]) -> CompiledPipeline:
        """Return the passes as one compiled pipeline; all of them are planned."""
        return CompiledPipeline(
            passes={each.name: self.emit(each) for each in passes},
            sources=compiled_sources(self.config.TABLES, self.tables),
            parameters=self.days.parameters,
        )

    def emit(self, config: PassConfig) -> CompiledPass:
        """Return the SQL of a pass whose readers are all planned."""
        planned = self.planned[config.name]
        relations = self.relations(planned)
        hidden = self.wanted(config.name)
        title = title_of(config, planned)
        form = self.forms[config.name]
        steps = steps_with_indicators(self, config.name, frozenset(), Compilation.relations)
        with_states = steps_with_indicators(self, config.name, hidden, Compilation.relations)
        checked = steps_with_indicators(self, config.name, hidden, Compilation.stand_ins)
        self._checked(pass_sql(title, checked), config.name)
        return CompiledPass(
            name=config.name,
            title=_description(config, planned),
            sql=pass_sql(title, steps).text,
            states_sql=pass_sql(f"{title}; with the states later passes merge", with_states).text if hidden else None,
            columns=self._columns(planned, config.name),
            hidden=tuple(name for name in planned.hidden if name in hidden),
            keys=planned.keys,
            steps=tuple(_compiled_step(step) for step in steps),
            indicators=planned.indicators,
            indicator_form=form,
            depends_on=planned.source_passes,
            tables=planned.tables,
            events=planned.events,
            is_within_days=_is_within_days(planned) and (form.form == "arrow" or begins_daily(planned)),
            refusals=_compiled(planned.refusals(relations)),
            cautions=_compiled(planned.cautions(relations)),
            warnings=planned.warnings,
            fingerprint=_fingerprint(pass_sql(title, with_states), planned),
        )

    def wanted(self, name: str) -> frozenset[str]:
        """Return the hidden columns that the readers of a pass need, through any number of passes."""
        readers = [reader for reader, planned in self.planned.items() if name in planned.source_passes]
        return frozenset().union(*(self.planned[reader].needs(name, self.wanted(reader)) for reader in readers))

    def relations(self, planned: PlannedPass) -> dict[str, Sql]:
        """Return how the tables and the pass that a pass reads stand in its SQL."""
        tables = {name: self.references.table(name) for name in self.tables}
        return tables | {name: self.references.of_pass(self.read_name(name)) for name in planned.source_passes}

    def read_name(self, name: str) -> str:
        """Return the name under which others read a pass."""
        return f"{name}{STATES_SUFFIX}" if self.wanted(name) else name

    def stand_ins(self, planned: PlannedPass) -> Relations:
        """Return empty tables in place of everything a pass reads."""
        names = [*self.tables, *planned.source_passes]
        for name in planned.tables:
            self.binder.declare(_stand_in(name), self.tables[name].raw_schema)
        return {name: Identifier(_stand_in(name)) for name in names}

    def _checked(self, query: Sql, name: str) -> dict[str, str]:
        """Return the columns of a query over stand-ins; the same query, which has the same answer, is asked once."""
        if query.text not in self.described:
            try:
                self.described[query.text] = describe(self.binder, query, self.days)
            except BinderError as error:
                message = f"pass {name} does not compile: {error.message}"
                raise CompileError(message, place=f"pass {name}") from None
        return self.described[query.text]

    def _columns(self, planned: PlannedPass, name: str) -> tuple[Column, ...]:
        types = self.types[name]
        plain = tuple(column.public(types[column.name]) for column in planned.columns)
        units = {column.name: column.unit for column in planned.columns}
        added = tuple(
            Column(
                name=output.column,
                type=output.type,
                unit=units[indicator.inputs[0]] if indicator.keeps_unit else "",
                kind="ratio",
                title=f"{indicator}, output {output.index}",
                formula=str(indicator),
                requires=tuple(dict.fromkeys(indicator.inputs)),
                null_rule=indicator.null_rule,
                known_at="end of the bucket",
                source=f"TA-Lib {indicator.function}",
                metric=indicator.function,
                aggregation="none",
            )
            for indicator in planned.indicators
            for output in indicator.outputs
        )
        return (*plain, *added)


def title_of(config: PassConfig, planned: PlannedPass) -> str:
    """Return what stands above the SQL of a pass."""
    return f"{config.name}: {_description(config, planned)}"


def _description(config: PassConfig, planned: PlannedPass) -> str:
    contract = f", {planned.contract.describe()}" if planned.contract else ""
    return f"{', '.join(config.modules)}{contract}"


def _compiled_step(step: Step) -> CompiledStep:
    return CompiledStep(
        name=step.name,
        sql=step.body.text,
        comment=step.comment,
        is_computed_again=step.is_computed_again,
        is_kept=step.is_kept,
    )


def _is_within_days(planned: PlannedPass) -> bool:
    return planned.contract is not None and planned.contract.is_within_days and "TimeBucket" in planned.keys


def _asked_form(config: PassConfig) -> IndicatorForm:
    return config.generic_analytics.indicators if config.generic_analytics else "auto"


def _stand_in(name: str) -> str:
    return f"basalt_check_{name}"


def _fingerprint(sql: Sql, planned: PlannedPass) -> str:
    told = [sql.text, *(indicator.model_dump_json() for indicator in planned.indicators)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _compiled(checks: list[Check]) -> tuple[CompiledCheck, ...]:
    return tuple(
        CompiledCheck(query=check.query.text, message=check.message, when=check.when.text if check.when else None)
        for check in checks
    )
