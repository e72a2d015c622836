"""Whatever is asked for is SQL that DuckDB takes, or refused with an error of Basalt's own.

BASALT_FUZZ_EXAMPLES sets how many pipelines are tried; with it they are others on every run.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import duckdb
from any_pipeline import HOSTILE, TYPES, column_names, pipelines
from hostile import quoted
from hypothesis import given, settings
from hypothesis import strategies as st

import basalt
from basalt.errors import BasaltError

ASKED = os.environ.get("BASALT_FUZZ_EXAMPLES")
many = settings(max_examples=int(ASKED or 36), derandomize=ASKED is None)
Schemas = dict[str, dict[str, str]]


def bound(pipeline: dict[str, Any], schemas: Schemas) -> bool:
    """Compile a pipeline and bind all of its SQL over empty tables; False where it is refused."""
    try:
        compiled = basalt.compile(pipeline, schemas=schemas)
        checks = basalt.compile_checks(pipeline, schemas=schemas)
    except BasaltError as error:
        assert str(error).startswith("BAS")  # noqa: PT017 - some pipelines are right
        assert all(problem.message for problem in error.problems)  # noqa: PT017 - as above
        return False
    with duckdb.connect() as connection:
        for name, schema in schemas.items():
            columns = ", ".join(f"{quoted(column)} {type_}" for column, type_ in schema.items())
            connection.execute(f"CREATE TABLE {quoted(name)} ({columns})")
        basalt.register_functions(connection)
        connection.execute(compiled.script())
        for name, each in compiled.passes.items():
            described = connection.execute(f"DESCRIBE SELECT * FROM {quoted(name)}").fetchall()
            assert [row[:2] for row in described] == [
                (column.name, column.type) for column in each.columns if column.name in each.plain_columns
            ]
            connection.execute(f"SELECT * FROM {quoted(name)}").fetchall()
            for check in (*each.refusals, *each.cautions):
                connection.execute(check.query).fetchall()
        for name, text in checks.items():
            if not compiled.passes[name].added_indicators:
                connection.execute(text)
    return True


OUTCOMES: Counter[bool] = Counter()


@given(pipelines())
@many
def test_any_pipeline_binds_or_is_refused(drawn: tuple[dict[str, Any], Schemas]) -> None:
    OUTCOMES[bound(*drawn)] += 1


def test_some_of_them_are_right_and_some_are_wrong() -> None:
    if not OUTCOMES:
        test_any_pipeline_binds_or_is_refused()
    assert min(OUTCOMES[True], OUTCOMES[False]) >= sum(OUTCOMES.values()) / 20, OUTCOMES


@given(
    st.lists(st.tuples(column_names, st.sampled_from(TYPES[:8])), max_size=4, unique_by=lambda each: each[0].casefold())
)
@settings(max_examples=18)
def test_columns_of_any_name_go_through(columns: list[tuple[str, str]]) -> None:
    bars = {"ListingId": "BIGINT", "TimeBucket": "TIMESTAMP"}
    schema = bars | {
        name: type_ for name, type_ in columns if name.casefold() not in {each.casefold() for each in bars}
    }
    passes = [{"name": "wide", "modules": "generic", "generic_analytics": {"source_pass": "vendor"}}]
    config = {"TABLES": {"vendor": {"table": "vendor"}}, "PASSES": passes}
    assert bound(config, {"vendor": schema})
    found = basalt.compile(config, schemas={"vendor": schema}).passes["wide"].columns
    assert [column.name for column in found] == list(schema)


def test_hostile_names_are_among_the_columns() -> None:
    assert len(HOSTILE) > 40
