"""One small market, written once and queried by all tests of its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from basalt.sample import SampleManifest, SampleOptions, write_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest import TempPathFactory  # noqa: PT013 - only its type

TABLES = {
    "trades": "data/trades/**/*.parquet",
    "l2": "data/l2/**/*.parquet",
    "reference": "data/reference.parquet",
    "marketstate": "data/marketstate.parquet",
}


@dataclass(frozen=True)
class WrittenSample:
    options: SampleOptions
    manifest: SampleManifest
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.sql(query).fetchall()

    def value(self, query: str) -> Any:  # noqa: ANN401 - whatever the query selects
        ((value,),) = self.rows(query)
        return value


@pytest.fixture(scope="session")
def sample(tmp_path_factory: TempPathFactory) -> Iterator[WrittenSample]:
    folder = tmp_path_factory.mktemp("sample")
    options = SampleOptions(instruments=4, venues=3, days=2, trades=9_000, updates=9_000, levels=5, seed=11)
    manifest = write_sample(folder, options)
    with duckdb.connect() as connection:
        for name, path in TABLES.items():
            connection.sql(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / path}')")
        yield WrittenSample(options, manifest, connection)
