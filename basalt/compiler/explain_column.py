"""Explains a column of a pipeline, down to the columns of its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from basalt.compiler.binder import Binder, Schema
from basalt.compiler.columns import Column
from basalt.compiler.compilation import Compilation
from basalt.compiler.explanation import Explanation, Origin, Rule, State, reaggregation
from basalt.compiler.indicators import Indicator
from basalt.compiler.lineage import ComputedColumn, Read
from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.pipeline import compilation
from basalt.configuration import AnalyticsConfig
from basalt.errors import CallError, UnknownColumnError, listing, nearest


def explain_columns(
    config: AnalyticsConfig, schemas: Mapping[str, Schema], column: str, pass_name: str | None = None
) -> tuple[Explanation, ...]:
    """Return what a column is in every pass that has it, or in one; ``schemas`` are as for ``compile_pipeline``.

    Raises what ``compile_pipeline`` raises, CallError when there is no such pass, UnknownColumnError with the nearest
    name when no pass has the column.
    """
    with Binder() as binder:
        done, passes = compilation(config, schemas, binder)
        explainer = Explainer(done, {each.name: done.emit(each) for each in passes})
        return tuple(explainer.explain(name, column) for name in explainer.passes_with(column, pass_name))


@dataclass(frozen=True)
class ExplainedPipeline:
    """A compiled pipeline, what each column of each pass is, and what decides the rows of each pass."""

    compiled: CompiledPipeline
    columns: Mapping[str, tuple[Explanation, ...]]
    rules: Mapping[str, tuple[Rule, ...]]


def explain_pipeline(config: AnalyticsConfig, schemas: Mapping[str, Schema]) -> ExplainedPipeline:
    """Return what every column of a pipeline is; ``schemas`` are as for ``compile_pipeline``, which see for errors."""
    with Binder() as binder:
        done, passes = compilation(config, schemas, binder)
        compiled = done.pipeline(passes)
        explainer = Explainer(done, compiled.passes)
        columns = {
            name: tuple(explainer.explain(name, column.name) for column in each.columns)
            for name, each in compiled.passes.items()
        }
        return ExplainedPipeline(compiled, columns, {name: explainer.rules(name) for name in compiled.passes})


@dataclass(frozen=True)
class Explainer:
    """A compiled pipeline that can be asked about its columns."""

    compilation: Compilation
    passes: Mapping[str, CompiledPass]

    def passes_with(self, column: str, only: str | None) -> tuple[str, ...]:
        """Return the passes that have a column. Raises CallError and UnknownColumnError as ``explain_columns``."""
        if only is not None and only not in self.passes:
            message = f"there is no pass {only!r}; there are {listing(self.passes)}"
            raise CallError(message, place="pass", suggestion=nearest(only, self.passes))
        names = [name for name in self.passes if only in (None, name)]
        known = {name: [each.name for each in self.passes[name].columns] for name in names}
        if found := tuple(name for name in names if column in known[name]):
            return found
        every = list(dict.fromkeys(each for columns in known.values() for each in columns))
        message = f"no pass has a column {column!r}" if only is None else f"pass {only} has no column {column!r}"
        message += f"; there are {listing(every)}"
        raise UnknownColumnError(message, suggestion=nearest(column, every))

    def explain(self, pass_name: str, column: str) -> Explanation:
        """Return all there is to know of a column of a pass. Raises KeyError when there is none."""
        told = self._column(pass_name, column)
        computed = self._computed(pass_name, column)
        states = tuple(State(name=each.name, formula=each.formula, merge=each.merge) for each in computed.states)
        lineage = self._origin(pass_name, column)
        return Explanation(
            column=column,
            pass_name=pass_name,
            metric=told.metric,
            title=told.title,
            type=told.type,
            unit=told.unit,
            kind=told.kind,
            asked_by=computed.asked_by,
            formula=computed.value or told.formula or computed.summary,
            states=states,
            derived=dict(computed.derived),
            settings={},
            null_rule=told.null_rule,
            known_at=told.known_at,
            requires=told.requires,
            reaggregation=reaggregation(told.aggregation, [each.name for each in states if each.merge is None]),
            source=told.source,
            lineage=lineage,
            rows={name: self.rules(name) for name in self._passes_of(lineage)},
        )

    def _column(self, pass_name: str, column: str) -> Column:
        found = {each.name: each for each in self.passes[pass_name].columns}
        return found[column]

    def _indicator(self, pass_name: str, column: str) -> Indicator | None:
        indicators = self.passes[pass_name].indicators
        return next((each for each in indicators if column in {output.column for output in each.outputs}), None)

    def _computed(self, pass_name: str, column: str) -> ComputedColumn:
        indicator = self._indicator(pass_name, column)
        if indicator is None:
            return self.compilation.planned[pass_name].computed(column)
        series = ", ".join(self.passes[pass_name].series_keys) or "all rows"
        summary = f"{indicator} in the order of TimeBucket, per {series}"
        place = f"pass {pass_name}: generic_analytics.talib_indicators"
        reads = tuple(Read(pass_name, name) for name in dict.fromkeys(indicator.inputs))
        return ComputedColumn(place, summary, str(indicator), reads)

    def _origin(self, relation: str, column: str) -> Origin:
        computed = self._computed(relation, column)
        reads = tuple(self._read(each) for each in computed.reads)
        return Origin(relation=relation, column=column, how=computed.summary, reads=reads)

    def _read(self, read: Read) -> Origin:
        if read.relation in self.passes:
            return self._origin(read.relation, read.column)
        text = "" if read.expression is None else read.expression.text
        own = self._source_columns(read.relation, text)
        return Origin(relation=read.relation, column=read.column, how=text, source_columns=own)

    def _source_columns(self, table: str, text: str) -> tuple[str, ...]:
        """Return the columns of a source that SQL names."""
        source = self.compilation.tables.get(table)
        if source is None:
            return ()
        named = {name.casefold() for name in self.compilation.binder.columns_named(text)}
        return tuple(name for name in source.raw_schema if name.casefold() in named)

    def _passes_of(self, origin: Origin) -> dict[str, None]:
        """Return the passes of a lineage, the last one first."""
        found = {origin.relation: None} if origin.relation in self.passes else {}
        for each in origin.reads:
            found |= self._passes_of(each)
        return found

    def rules(self, pass_name: str) -> tuple[Rule, ...]:
        """Return what decides which rows a pass has."""
        planned = self.compilation.planned[pass_name]
        return tuple(
            Rule(
                what=each.what,
                relation=each.relation,
                sql=each.sql,
                source_columns=self._source_columns(each.relation, each.sql),
            )
            for each in planned.row_rules(self.compilation.relations(planned))
        )
