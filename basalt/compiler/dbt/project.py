"""A dbt project over DuckDB: models, sources, what columns mean, and tests of the grain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from basalt.compiler.binder import Schema
from basalt.compiler.dbt.properties import model_properties, source_properties
from basalt.compiler.dbt.references import DbtReferences, reference, with_references
from basalt.compiler.layout import names
from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.pipeline import compile_pipeline
from basalt.compiler.scripts.completeness import called_functions, check_complete
from basalt.compiler.scripts.relations import shown
from basalt.compiler.scripts.sources import check_sources
from basalt.configuration import AnalyticsConfig
from basalt.errors import IncompleteSqlError, Problem


def dbt_project(config: AnalyticsConfig, schemas: Mapping[str, Schema]) -> dict[str, str]:
    """Return the files of a dbt project by their paths in it; it runs with dbt-duckdb.

    Each pass is a model, and one more where a later pass reads its states. ``schemas`` are as for ``compile_pipeline``.
    Raises what that raises, and IncompleteSqlError for what SQL alone does not yield.
    """
    project = project_name(config.DATASETNAME)
    compiled = compile_pipeline(config, schemas, is_complete=True, references=DbtReferences(project))
    check_complete(compiled.passes.values())
    check_sources(compiled, compiled.passes)
    _check_functions(compiled)
    files = {
        "dbt_project.yml": _yaml(_settings(project)),
        "profiles.yml": _yaml(_profile(project, compiled)),
        "models/sources.yml": _yaml(source_properties(project, compiled, schemas)),
        "models/schema.yml": _yaml(model_properties(compiled)),
    }
    for each in compiled.passes.values():
        files.update(_models(each))
    return files


def project_name(dataset: str) -> str:
    """Return the name of a dataset as dbt takes the names of projects: letters, digits and underscores."""
    plain = re.sub(r"\W", "_", dataset.lower())
    return plain if plain[0].isalpha() else f"basalt_{plain}"


def _check_functions(compiled: CompiledPipeline) -> None:
    """Refuse passes that call functions of Basalt's, which dbt does not have."""
    problems = [
        Problem(
            f"pass {each.name} calls {', '.join(called)}, which dbt does not have",
            f"pass {each.name}: generic_analytics.indicators",
            "set it to sql, and leave out indicators that have no SQL form",
        )
        for each in compiled.passes.values()
        if (called := called_functions(each))
    ]
    if problems:
        raise IncompleteSqlError(problems)


def _settings(project: str) -> dict[str, Any]:
    models = {"+materialized": "view", "+persist_docs": {"relation": True, "columns": True}}
    return {
        "name": project,
        "version": "1.0.0",
        "config-version": 2,
        "profile": project,
        "model-paths": ["models"],
        "test-paths": ["tests"],
        "models": {project: models},
    }


def _profile(project: str, compiled: CompiledPipeline) -> dict[str, Any]:
    """Return where dbt makes its views: a DuckDB file beside the project; databases that are read are attached."""
    databases = {each.database: each.alias for each in compiled.sources.values() if each.database}
    attached = [{"path": path, "alias": alias, "read_only": True} for path, alias in databases.items()]
    output: dict[str, Any] = {"type": "duckdb", "path": f"{project}.duckdb"}
    return {project: {"target": "dev", "outputs": {"dev": output | ({"attach": attached} if attached else {})}}}


def _models(compiled: CompiledPass) -> Iterator[tuple[str, str]]:
    """Yield the files of a pass."""
    query = compiled.sql
    if compiled.states_sql is not None:
        yield f"models/{compiled.states_name}.sql", f"{with_references(compiled.states_sql)}\n"
        query = shown(compiled, reference(compiled.states_name))
    yield f"models/{compiled.name}.sql", f"{with_references(query)}\n"
    yield f"tests/{compiled.name}_has_one_row_per_key.sql", _test_of_grain(compiled)


def _test_of_grain(compiled: CompiledPass) -> str:
    """Return a query that finds keys with several rows."""
    keys = names(compiled.keys)
    return (
        f"-- one row per {', '.join(compiled.keys)}\n"
        f"SELECT\n    {keys}\nFROM {reference(compiled.name)}\nGROUP BY {keys}\nHAVING count(*) > 1\n"
    )


def _yaml(data: dict[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
