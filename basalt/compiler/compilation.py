"""A compile under way: passes are planned one after another, then emitted with their SQL checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from basalt.compiler.binder import Binder, BinderError
from basalt.compiler.columns import Column
from basalt.compiler.day_range import DayRange, known
from basalt.compiler.days import labels_of, reaching
from basalt.compiler.indicator_columns import indicator_columns
from basalt.compiler.indicators import check_input_types
from basalt.compiler.indicators.form import ChosenForm, choose
from basalt.compiler.model import STATES_SUFFIX, CompiledCheck, CompiledPass, CompiledPipeline, CompiledStep
from basalt.compiler.modules import module_of
from basalt.compiler.order import sources_of
from basalt.compiler.parameters import describe
from basalt.compiler.placing import begins_daily, check_sources, steps_with_indicators
from basalt.compiler.plan import Check, ContinuedPass, Inputs, PlannedPass, Relations, Step, standing_name
from basalt.compiler.references import References
from basalt.compiler.relations import compiled_sources
from basalt.compiler.select import filtered, pass_sql
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.indicators import IndicatorForm
from basalt.errors import BasaltError, CompileError, raise_together


@dataclass
class Compilation:
    """A compile under way: passes planned so far, and the types of their columns."""

    config: AnalyticsConfig
    binder: Binder
    tables: Mapping[str, SourceTable]
    days: DayRange
    references: References
    is_complete: bool = False
    shown: DayRange | None = None
    """The days whose rows are to be seen, where more are computed."""
    continued: frozenset[str] = frozenset()
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
        raise_together(errors)

    def plan(self, config: PassConfig) -> None:
        """Plan a pass and learn the types of its columns, hidden ones included."""
        inputs = Inputs(self.config, self.days, self.tables, self.planned, self.types, self.continued)
        planned = module_of(config).plan(config, inputs)
        if config.name in self.continued:
            self._declare_standing(config.name, module_of(config).plan(config, replace(inputs, continued=frozenset())))
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
            first_day=known(self.days.first),
            last_day=known(self.days.last),
            sources=compiled_sources(self.config.TABLES, self.tables),
            parameters=(self.shown or self.days).parameters,
        )

    def _declare_standing(self, name: str, planned: PlannedPass) -> None:
        """Learn the types of what a pass leaves standing."""
        if isinstance(planned, ContinuedPass) and (steps := planned.standing_steps(self.stand_ins(planned))):
            self.binder.declare(_stand_in(standing_name(name)), self._checked(pass_sql(name, steps), name))

    def _standing_sql(self, config: PassConfig) -> str | None:
        planned = self.planned[config.name]
        steps = planned.standing_steps(self.relations(planned)) if isinstance(planned, ContinuedPass) else []
        return pass_sql(f"{config.name}: what stands at the end", steps).text if steps else None

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
        shown = self.shown_rows(config.name)
        visible = filtered(steps, self._yielded(config.name), shown, "days_asked_for") if shown else steps
        return CompiledPass(
            name=config.name,
            title=_description(config, planned),
            sql=pass_sql(title, visible).text,
            states_sql=pass_sql(f"{title}; {_more(hidden, shown)}", with_states).text if hidden or shown else None,
            shown=join(shown, " AND ").text if shown else None,
            columns=self._columns(planned, config.name),
            hidden=tuple(name for name in planned.hidden if name in hidden),
            keys=planned.keys,
            label_offset=_label_offset(planned),
            steps=tuple(_compiled_step(step) for step in visible),
            indicators=planned.indicators,
            indicator_form=form,
            depends_on=planned.source_passes,
            tables=planned.tables,
            standing_sql=self._standing_sql(config),
            events=tuple(reaching(each, planned.contract) for each in planned.events),
            is_within_days=_is_within_days(planned) and (form.form == "arrow" or begins_daily(planned)),
            refusals=_compiled(planned.refusals(relations)),
            cautions=_compiled(planned.cautions(relations)),
            warnings=planned.warnings,
            fingerprint=_fingerprint(pass_sql(title, with_states), planned),
        )

    def _yielded(self, name: str) -> list[str]:
        """Return the columns that the SQL of a pass yields."""
        planned, form = self.planned[name], self.forms[name].form
        indicators = [] if form == "arrow" else planned.indicators
        added = [output.column for each in indicators for output in each.outputs]
        return [*(column.name for column in planned.columns), *added]

    def wanted(self, name: str) -> frozenset[str]:
        """Return the hidden columns that the readers of a pass need, through any number of passes."""
        readers = [reader for reader, planned in self.planned.items() if name in planned.source_passes]
        return frozenset().union(*(self.planned[reader].needs(name, self.wanted(reader)) for reader in readers))

    def relations(self, planned: PlannedPass) -> dict[str, Sql]:
        """Return how the tables and the pass that a pass reads stand in its SQL."""
        found = {name: self.references.table(name) for name in self.tables}
        for source in planned.source_passes:
            found[source] = self._read(source, shown=[] if planned.contract else self.shown_rows(source))
        return found | {name: Identifier(name) for name in map(standing_name, self.continued)}

    def _read(self, name: str, shown: Sequence[Sql]) -> Sql:
        rows = self.references.of_pass(self.read_name(name))
        return compose("(SELECT * FROM {} WHERE {})", rows, join(shown, " AND ")) if shown else rows

    def read_name(self, name: str) -> str:
        """Return the name under which others read a pass."""
        return f"{name}{STATES_SUFFIX}" if self.wanted(name) or self.shown_rows(name) else name

    def shown_rows(self, name: str) -> list[Fragment]:
        """Return the conditions that a row of a pass is to be seen, where more are computed."""
        contract = self.planned[name].contract
        if self.shown is None or contract is None:
            return []
        return labels_of(self.shown, contract, self.types[name]["TimeBucket"])

    def stand_ins(self, planned: PlannedPass) -> Relations:
        """Return empty tables in place of everything a pass reads."""
        names = [*self.tables, *planned.source_passes]
        for name in planned.tables:
            self.binder.declare(_stand_in(name), self.tables[name].raw_schema)
        return {name: Identifier(_stand_in(name)) for name in [*names, *map(standing_name, self.continued)]}

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
        return (*plain, *indicator_columns(planned))


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


def _more(hidden: frozenset[str], shown: Sequence[Sql]) -> str:
    """Return what rows that later passes read have beyond those to be seen."""
    more = ["the states later passes merge"] if hidden else []
    return f"with {' and '.join([*more, 'the days around'] if shown else more)}"


def _is_within_days(planned: PlannedPass) -> bool:
    """Tell whether rows come from one day each; events that a pass has as rows are not cut by the days of buckets."""
    reads_rows_as_events = bool(planned.events and planned.source_passes)
    is_by_day = planned.contract is not None and planned.contract.is_within_days
    return is_by_day and "TimeBucket" in planned.keys and not reads_rows_as_events


def _label_offset(planned: PlannedPass) -> int | None:
    if planned.contract is None or "TimeBucket" not in planned.keys:
        return None
    return planned.contract.label_offset


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
