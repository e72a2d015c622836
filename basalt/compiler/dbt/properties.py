"""What dbt is told of sources and models: what they are, and of each column its meaning, type and unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from basalt.compiler.binder import Schema
from basalt.compiler.columns import Column
from basalt.compiler.dbt.references import literal
from basalt.compiler.model import CompiledPass, CompiledPipeline, CompiledSource
from basalt.compiler.scripts.comments import column_comment, states_comment


def source_properties(group: str, compiled: CompiledPipeline, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """Return the sources that are read, with the columns they have."""
    read = dict.fromkeys(table for each in compiled.passes.values() for table in each.tables)
    tables = [_source(name, compiled.sources[name], schemas.get(name, {})) for name in read]
    return {"version": 2, "sources": [{"name": group, "schema": "main", "tables": tables}]}


def _source(name: str, source: CompiledSource, schema: Schema) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name}
    if source.is_files:
        told["config"] = {"meta": {"external_location": _as_format(source.relation)}}
    elif source.relation != name:
        told["config"] = {"meta": {"external_location": _as_format(f"(FROM {source.relation})")}}
    return told | {"columns": [{"name": column, "data_type": type_} for column, type_ in schema.items()]}


def _as_format(relation: str) -> str:
    """Return SQL as dbt-duckdb takes it: it fills in names between braces, after dbt has filled in its own."""
    return literal(relation.replace("{", "{{").replace("}", "}}"))


def model_properties(compiled: CompiledPipeline) -> dict[str, Any]:
    """Return the models, those of states among them."""
    models: list[dict[str, Any]] = []
    for each in compiled.passes.values():
        if each.states_sql is not None:
            models.append({"name": each.states_name, "description": literal(states_comment(each))})
        models.append(_model(each))
    return {"version": 2, "models": models}


def _model(compiled: CompiledPass) -> dict[str, Any]:
    columns = [_column(column) for column in compiled.columns]
    return {"name": compiled.name, "description": literal(compiled.described), "columns": columns}


def _column(column: Column) -> dict[str, Any]:
    """Return what a column is; a bucket always has its time."""
    facts = {"unit": column.unit, "kind": column.kind, "formula": column.formula, "source": column.source}
    meta = {name: literal(text) for name, text in facts.items() if text}
    told: dict[str, Any] = {
        "name": column.name,
        "description": literal(column_comment(column)),
        "data_type": column.type,
        "config": {"meta": meta},
    }
    return told | ({"data_tests": ["not_null"]} if column.name == "TimeBucket" else {})
