"""The Python API: load, compile, run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from basalt.compiler.binder import Schema
from basalt.compiler.binding import tables_read
from basalt.compiler.day_range import DayRange
from basalt.compiler.dbt import dbt_project as write_dbt_project
from basalt.compiler.explain_column import explain_columns, explain_pipeline
from basalt.compiler.explanation import Explanation
from basalt.compiler.indicators.functions import sql_functions
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.order import ordered_passes
from basalt.compiler.pipeline import compile_pipeline
from basalt.configuration import AnalyticsConfig
from basalt.configuration.load import load_pipeline
from basalt.configuration.problems import validate
from basalt.configuration.relative_paths import with_absolute_paths
from basalt.dialects.model import TranslatedPipeline
from basalt.engine.checkup import Finding, checkup
from basalt.engine.connections import limit, opened
from basalt.engine.functions import add_functions, called_functions
from basalt.engine.interruption import interruptible
from basalt.engine.job import Job
from basalt.engine.lock_file import hold_to_lock
from basalt.engine.manifest import Manifest
from basalt.engine.observing import Observer
from basalt.engine.publishing import Publication, PublishedForm
from basalt.engine.publishing import publish as write_publication
from basalt.engine.result import RunResult
from basalt.engine.running import run_batches
from basalt.engine.schedule import Batch, Schedule
from basalt.engine.session import Session
from basalt.engine.source_files import check_files
from basalt.engine.sources import bind_connection, check_sources, tables_on
from basalt.errors import CallError
from basalt.quality.compile import compile_checks as compiled_checks
from basalt.quality.queries import script

Config = AnalyticsConfig | Mapping[str, Any] | str | Path
"""A pipeline: a configuration, the same as a mapping, or the path of a pipeline file."""


def load(path: str | Path, overrides: Sequence[str] = ()) -> AnalyticsConfig:
    """Return the configuration in a pipeline file, with overrides such as ``PASSES[0].time_bucket_seconds=300``.

    Relative paths in the file are relative to the file. Raises ConfigurationError with every mistake there is.
    """
    return load_pipeline(Path(path), overrides)


def compile(  # noqa: A001, PLR0913 - reads as basalt.compile; what it takes
    config: Config,
    *,
    schemas: Mapping[str, Schema] | None = None,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    complete: bool = False,
    parametric: bool = False,
) -> CompiledPipeline:
    """Compile a pipeline to SQL.

    ``schemas`` gives the columns and DuckDB types of source tables, so that nothing is looked at; otherwise each
    table's schema is read from its source. ``tables`` adds sources as if they stood in ``TABLES``: an Arrow table, a
    pandas or Polars frame, a DuckDB relation, a path. A table with no source is one of ``connection``, or is taken to
    have its canonical columns. ``complete`` has the SQL compute the indicators too, where a pass leaves open where they
    are computed. ``parametric`` leaves the first and the last day open: its SQL is for the macros of
    ``scripts("macros")``, with the pipeline's dates as defaults. Raises ConfigurationError, BindingError or
    CompileError.
    """
    pipeline = _configuration(config, tables)
    days = DayRange.given_later(pipeline) if parametric else DayRange.of(pipeline)
    if schemas is not None:
        return compile_pipeline(pipeline, schemas, is_complete=complete, days=days)
    with _lent(connection) as lent:
        return compile_pipeline(pipeline, _schemas(lent, pipeline), is_complete=complete, days=days)


def translate(
    config: Config,
    dialect: str,
    *,
    schemas: Mapping[str, Schema] | None = None,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> TranslatedPipeline:
    """Compile a pipeline to the SQL of another engine: ``postgres``.

    A table of ``TABLES`` is read there from the table of that name (or of its ``table``), with the columns of
    ``schemas``; the other arguments are those of ``compile``. Its numbers are those of DuckDB. Raises what ``compile``
    raises, CallError for a dialect there is not, and DialectError with everything that the engine cannot say exactly.
    """
    from basalt.dialects.engines import dialect_named  # noqa: PLC0415 - sqlglot is imported when it is used
    from basalt.dialects.translate import translate_pipeline  # noqa: PLC0415 - the same

    chosen, pipeline = dialect_named(dialect), _configuration(config, tables)
    if schemas is not None:
        return translate_pipeline(pipeline, schemas, chosen)
    with _lent(connection) as lent:
        return translate_pipeline(pipeline, _schemas(lent, pipeline), chosen)


def compile_checks(
    config: Config,
    *,
    schemas: Mapping[str, Schema] | None = None,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> dict[str, str]:
    """Return the SQL of the checks of each pass that has some: what is asked of its rows, and which rows break it.

    The arguments are those of ``compile``. Raises what it raises.
    """
    pipeline = _configuration(config, tables)
    if schemas is None:
        with _lent(connection) as lent:
            schemas = _schemas(lent, pipeline)
    found = compiled_checks(pipeline, compile_pipeline(pipeline, schemas), schemas)
    return {name: script(checks) for name, checks in found.items()}


def check(config: Config, *, connection: duckdb.DuckDBPyConnection | None = None) -> list[Finding]:
    """Look at a pipeline without running it: its sources, its passes and their checks, its schema lock.

    Mistakes of the configuration itself are raised as ConfigurationError; everything else is found and returned.
    """
    pipeline = _configuration(config, None)
    with _lent(connection) as lent:
        return checkup(lent, pipeline)


def explain(  # noqa: PLR0913 - what compile takes, and which column
    config: Config,
    column: str,
    *,
    pass_name: str | None = None,
    schemas: Mapping[str, Schema] | None = None,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> tuple[Explanation, ...]:
    """Return what a column is in every pass that has it, or in one: formula, meaning, lineage down to the sources.

    The other arguments are those of ``compile``. Raises what it raises, and UnknownColumnError with the nearest name.
    """
    pipeline = _configuration(config, tables)
    if schemas is not None:
        return explain_columns(pipeline, schemas, column, pass_name)
    with _lent(connection) as lent:
        return explain_columns(pipeline, _schemas(lent, pipeline), column, pass_name)


def document(
    config: Config,
    *,
    schemas: Mapping[str, Schema] | None = None,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> str:
    """Return a page of HTML that documents a pipeline: its graph, every column with its lineage, the SQL.

    The page needs no other file and no network. The arguments are those of ``compile``; raises what it raises.
    """
    from basalt.documentation import page  # noqa: PLC0415 - Pygments is imported when it is used

    pipeline = _configuration(config, tables)
    if schemas is not None:
        return page(pipeline.DATASETNAME, explain_pipeline(pipeline, schemas))
    with _lent(connection) as lent:
        return page(pipeline.DATASETNAME, explain_pipeline(pipeline, _schemas(lent, pipeline)))


def dbt_project(
    config: Config,
    *,
    schemas: Mapping[str, Schema] | None = None,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> dict[str, str]:
    """Return a dbt project over DuckDB, which dbt-duckdb runs: the text of each file by its path in the project.

    Passes are models with descriptions and units, source tables are sources, and tests look for nulls in the time and
    for keys with several rows. The arguments are those of ``compile``. Raises what it raises, and IncompleteSqlError
    for what SQL alone does not yield.
    """
    pipeline = with_absolute_paths(_configuration(config, tables), Path.cwd(), "")
    if schemas is not None:
        return write_dbt_project(pipeline, schemas)
    with _lent(connection) as lent:
        return write_dbt_project(pipeline, _schemas(lent, pipeline))


def run(  # noqa: PLR0913 - each is one thing that a caller may want otherwise
    config: Config,
    *,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    database: str | Path | None = None,
    observer: Observer | None = None,
    restate: bool = False,
    fail_fast: bool = False,
) -> RunResult:
    """Run a pipeline and return its passes by name.

    Passes with an output are computed and written now, batch by batch where BATCH_FREQ asks for that, unless what is
    there is what would be written; ``restate`` writes everything. Other passes are computed when they are read. The run
    uses ``connection``, or opens the DuckDB file ``database`` (in which every pass is kept as a table), or works in
    memory. Each pass is a view by its own name and as ``dataset.pass``. Raises what ``compile`` raises, RunError,
    OutputError, and BatchError after all batches where some have failed, with ``fail_fast`` at once.
    """
    if connection is not None and database is not None:
        message = "give a connection or a database, not both"
        raise CallError(message)
    pipeline = _configuration(config, tables)
    manifest = Manifest(pipeline.DATASETNAME)
    with _session(pipeline, connection, database, observer) as session:
        job = _job(session.connection, pipeline)
        manifest.notes += hold_to_lock(pipeline, job.compiled)
        with manifest.kept_in(pipeline.RUNS_PATH):
            runner = run_batches(session, job, manifest, restate=restate, fail_fast=fail_fast)
        if session.keeps_passes:
            runner.keep_all()
        return RunResult(runner, manifest, owns_connection=connection is None)


def plan(
    config: Config,
    *,
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    restate: bool = False,
) -> tuple[Batch, ...]:
    """Return what a run would write, batch by batch, and why; nothing is computed.

    The reason of a task is ``new``, ``changed configuration``, ``changed templates``, ``changed input: ...``, ``changed
    output settings``, ``changed engine: ...`` or ``forced``, and None where what is there is what would be written.
    Another run may write the outputs meanwhile. Raises what ``compile`` raises, and OutputError for an output whose
    records cannot be read.
    """
    pipeline = _configuration(config, tables)
    with _lent(connection) as lent:
        session = Session.of(lent)
        return tuple(Schedule(session, _job(lent, pipeline), "", restate=restate))


@contextmanager
def _session(
    config: AnalyticsConfig,
    connection: duckdb.DuckDBPyConnection | None,
    database: str | Path | None,
    observer: Observer | None,
) -> Iterator[Session]:
    """Yield a session in which Ctrl-C stops queries; a connection of its own is closed when the block fails."""
    own = None if connection is not None else opened(":memory:" if database is None else str(database))
    used = own or connection
    assert used is not None  # noqa: S101 - one of them is
    try:
        limit(used, config)
        with interruptible(used):
            yield Session.of(used, observer, keeps_passes=database is not None)
    except BaseException:
        if own is not None:
            own.close()
        raise


def _job(connection: duckdb.DuckDBPyConnection, config: AnalyticsConfig) -> Job:
    """Compile a pipeline to be run; every table must have a source."""
    schemas = _schemas(connection, config)
    job = Job.of(config, schemas)
    check_sources(job.compiled, schemas)
    check_files(connection, config, job.compiled, schemas)
    add_functions(connection, called_functions(job.compiled.passes.values()))
    return job


def publish(
    config: Config,
    path: str | Path,
    *,
    form: PublishedForm = "views",
    tables: Mapping[str, Any] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> tuple[Publication, ...]:
    """Write a DuckDB file for BI tools: a view for each pass, with comments, and absolute paths to what it reads.

    A pass is a table where a view could not be read elsewhere: with indicators that SQL alone does not compute, or over
    tables that are not files; with ``form="tables"`` every pass is one. The file takes the place of an earlier one when
    it is whole. Clients from DuckDB 1.0 on open it; those before 1.5 do not compute the same from views over
    nanoseconds, and want tables. Returns what each pass has become. Nothing else is written: outputs of the pipeline
    are left out. Raises what ``run`` raises.
    """
    pipeline = with_absolute_paths(_configuration(config, tables), Path.cwd(), "")
    with run(_without_outputs(pipeline), connection=connection) as result:
        return write_publication(result, Path(path), form)


def _without_outputs(config: AnalyticsConfig) -> AnalyticsConfig:
    """Return a pipeline that writes nothing."""
    passes = [each.model_copy(update={"output": None, "extra_outputs": []}) for each in config.PASSES]
    return config.model_copy(update={"OUTPUT_TARGET": None, "RUNS_PATH": None, "PASSES": passes})


def register_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Add TA-Lib's functions to a DuckDB connection, as ``talib_sma(list(price ORDER BY time), 14)``.

    Each takes the series of one instrument as lists, then all parameters, and returns a list as long as theirs, or a
    STRUCT of lists where there are several outputs. Nulls are skipped and come back null; so does the warm-up. SQL
    compiled with ``indicators: udf`` calls them. Registering them again does nothing.
    """
    add_functions(connection, sql_functions())


@contextmanager
def _lent(connection: duckdb.DuckDBPyConnection | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the connection given, or one in memory that is closed afterwards."""
    if connection is not None:
        yield connection
        return
    with duckdb.connect() as own:
        yield own


def _configuration(config: Config, tables: Mapping[str, Any] | None) -> AnalyticsConfig:
    if isinstance(config, (str, Path)):
        config = load(config)
    elif not isinstance(config, AnalyticsConfig):
        config = validate(dict(config))
    if not tables:
        return config
    raw = {name: getattr(config, name) for name in config.model_fields_set}
    return validate({**raw, "TABLES": {**config.TABLES, **tables}})


def _schemas(connection: duckdb.DuckDBPyConnection, config: AnalyticsConfig) -> dict[str, dict[str, str]]:
    ordered_passes(config, tables_on(connection))  # a missing pass is reported before a missing file
    return bind_connection(connection, config, tables_read(config))
