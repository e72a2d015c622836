"""A pipeline in the SQL of another engine, over tables of that engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp, parse_one

from basalt.compiler.binder import Binder, Schema
from basalt.compiler.layout import on_one_line
from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.pipeline import compile_pipeline
from basalt.compiler.sql import Fragment, Identifier
from basalt.configuration import AnalyticsConfig
from basalt.dialects.dialect import Dialect
from basalt.dialects.model import TranslatedPass, TranslatedPipeline
from basalt.dialects.walk import Walk
from basalt.errors import BasaltError, DialectError, Problem, raise_together

_NO_FILES: Mapping[str, object] = {
    "path": [],
    "format": None,
    "hive_partitioning": None,
    "database": None,
    "data": None,
}


def translate_pipeline(config: AnalyticsConfig, schemas: Mapping[str, Schema], dialect: Dialect) -> TranslatedPipeline:
    """Compile a pipeline to another engine's SQL, over tables of that engine.

    A table of ``TABLES`` is read from the engine's table of its ``table``, else of its name; it has the columns of
    ``schemas``, in the engine's counterparts of their types. Raises what ``compile_pipeline`` raises, and DialectError
    with every construct that the engine cannot say exactly.
    """
    _check_modules(config, dialect)
    compiled = compile_pipeline(_on_tables(config), schemas, is_complete=True)
    names = {name: table.table for name, table in config.TABLES.items() if table.table and not table.database}
    with Binder() as binder:
        return _Translation(dialect, binder, names).translated(compiled, schemas)


def _check_modules(config: AnalyticsConfig, dialect: Dialect) -> None:
    """Refuse passes with a module that has not been run on the engine."""
    problems = [
        Problem(f"module {module} has not been proven on {dialect.title}", f"pass {each.name}: modules")
        for each in config.PASSES
        for module in each.modules
        if module not in dialect.modules
    ]
    if problems:
        raise DialectError(problems)


def _on_tables(config: AnalyticsConfig) -> AnalyticsConfig:
    """Return a configuration that reads every table of ``TABLES`` by the name it has there."""
    tables = {name: table.model_copy(update={**_NO_FILES, "table": name}) for name, table in config.TABLES.items()}
    return config.model_copy(update={"TABLES": tables})


@dataclass
class _Translation:
    """A translation under way: the columns of all that passes may read."""

    dialect: Dialect
    binder: Binder
    names: Mapping[str, str]
    relations: dict[str, Schema] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)

    def translated(self, compiled: CompiledPipeline, schemas: Mapping[str, Schema]) -> TranslatedPipeline:
        for name, schema in schemas.items():
            self._declare(name, schema)
        passes: dict[str, TranslatedPass] = {}
        errors: list[BasaltError] = []
        for each in compiled.passes.values():
            try:
                if passes.keys() >= set(each.depends_on):
                    passes[each.name] = self._pass(each)
            except DialectError as error:
                errors.append(error)
        raise_together(errors)
        return TranslatedPipeline(dialect=self.dialect.name, passes=passes)

    def _pass(self, each: CompiledPass) -> TranslatedPass:
        place = f"pass {each.name}"
        if each.added_indicators:
            message = f"{each.added_indicators[0]} is added by the runner, which is not in SQL"
            raise DialectError(message, place=place, suggestion="have it computed with indicators: sql")
        query, states = each.sql, None
        cautions: tuple[str, ...] = ()
        if each.states_sql is not None:
            states, cautions = self._statement(each.states_sql, each.states_name, place)
            query = _shown(each)
        sql, more = self._statement(query, each.name, place)
        holds = tuple(f"{place}: run it only where this does not hold: {check.message}" for check in each.refusals)
        return TranslatedPass(
            name=each.name,
            sql=sql,
            states_name=each.states_name,
            states_sql=states,
            columns=each.columns,
            warnings=(*each.warnings, *dict.fromkeys((*cautions, *more, *holds))),
        )

    def _statement(self, query: str, name: str, place: str) -> tuple[str, tuple[str, ...]]:
        """Return a query in the dialect, and what to know about it; later ones may read it by ``name``."""
        steps = self._describe_steps(query)
        walk = Walk(self.dialect, {**self.relations, **steps}, frozenset((*self.own, *steps)), self.names)
        said = walk.said(query, place)
        self._declare(name, self.binder.describe(Fragment(query)))
        self.own.add(name)
        return said

    def _describe_steps(self, query: str) -> dict[str, Schema]:
        """Return the columns of each step of a query; only types are taken from the text that was parsed."""
        steps: dict[str, Schema] = {}
        for step in parse_one(query, read="duckdb").find_all(exp.CTE):
            steps[step.alias] = self.binder.describe(Fragment(step.this.sql("duckdb", comments=False)))
            self.binder.declare(step.alias, steps[step.alias])
        return steps

    def _declare(self, name: str, schema: Schema) -> None:
        self.binder.declare(name, schema)
        self.relations[name] = schema


def _shown(each: CompiledPass) -> str:
    """Return the query of what a pass shows, from its states."""
    columns = ", ".join(Identifier(name).text for name in each.plain_columns)
    query = f"SELECT {columns} FROM {Identifier(each.states_name)}"
    return f"-- {on_one_line(each.name)}\n{query}" + (f" WHERE {each.shown}" if each.shown else "")
