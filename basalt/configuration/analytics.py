"""The whole pipeline."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from basalt.configuration.base import (
    ConfigModel,
    Disagreement,
    DisagreementError,
    NotTruth,
    OneOrMany,
    PathText,
    Scalar,
)
from basalt.configuration.outputs import OutputTarget
from basalt.configuration.passes import PassConfig
from basalt.configuration.quality import QualityConfig, SchemaLockConfig
from basalt.configuration.running import BatchFrequency, MemorySize
from basalt.configuration.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,62}")
_RULE = "letters, digits, '_' and '-', at most 63"


class UniverseConfig(ConfigModel):
    """Which listings are read: rows whose columns have one of the values, for all columns named."""

    name: str = "universe"
    """What the universe is called; stands for {universe} in paths."""
    where: dict[str, list[Scalar]] = Field(min_length=1)
    """Column of the source or of ``reference`` to its values: ``{MIC: [XPAR], Ticker: [AIR, MC]}``."""

    @field_validator("name")
    @classmethod
    def _usable_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            message = f"{name!r} is not a universe name: {_RULE}"
            raise ValueError(message)
        return name


def _read_universe(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Read the short forms: a list of ListingIds, or columns and their values."""
    if isinstance(value, list):
        return {"where": {"ListingId": value}}
    if isinstance(value, dict) and "where" not in value and not set(value) <= set(UniverseConfig.model_fields):
        return {"where": {key: item if isinstance(item, list) else [item] for key, item in value.items()}}
    return value


Universe = Annotated[
    UniverseConfig,
    BeforeValidator(
        _read_universe, json_schema_input_type=UniverseConfig | list[Scalar] | dict[str, list[Scalar] | Scalar]
    ),
]


def _read_date(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Refuse a number, which pydantic would count as seconds since 1970."""
    if isinstance(value, (int, float)) or (isinstance(value, str) and not re.fullmatch(r"\d+-.*", value.strip())):
        message = f"must be a date such as 2025-03-31, not {value!r}"
        raise ValueError(message)
    return value


Day = Annotated[date, BeforeValidator(_read_date)]
"""A date, in text year-month-day."""


class AnalyticsConfig(ConfigModel):
    """A pipeline: its passes, the tables they read, the range of dates, and where results land."""

    PASSES: list[PassConfig] = Field(min_length=1)
    """The passes, in any order; each may read any other."""
    TABLES: dict[str, Table] = Field(default_factory=dict)
    """Source tables by canonical name (trades, reference, ...) or a name of your own."""
    TEMPLATE_PATHS: Annotated[list[PathText], OneOrMany] = Field(default_factory=list)
    """Folders with metrics of your own, one template each: ``<folder>/trade/*.sql``, written as Basalt's own are. Each
    is a measure of ``generic_metrics``. Relative paths in a pipeline file are relative to that file."""
    START_DATE: Day | None = None
    """First day (UTC) that is read; everything when not given."""
    END_DATE: Day | None = None
    """Last day (UTC) that is read, included; everything when not given."""
    DATASETNAME: str = "basalt"
    """Name of the dataset: the schema its views live in, and {datasetname} in paths."""
    UNIVERSE: Universe | None = None
    """Which listings are read; all when not given. Short forms: a list of ListingIds, or columns and their values."""
    OUTPUT_TARGET: OutputTarget | None = None
    """Where every pass lands that has no ``output`` of its own; no file is written when neither is given."""
    BATCH_FREQ: BatchFrequency | None = None
    """The days that are computed and written at a time: ``D``, ``W`` (from Monday), ``2W``, ``M``, ``A``, or ``auto``,
    the shortest of D, W, M and A that has some millions of rows. Each batch lands whole, and one that fails does not
    lose the others. When not given the whole range is one batch."""
    EXCLUDE_WEEKENDS: bool = False
    """Whether passes over tables give no rows for buckets that start on a Saturday or a Sunday (UTC)."""
    SKIP_EXISTING_OUTPUT: bool = False
    """Whether a batch that has an output is left alone, whatever it was made with."""
    MEMORY_LIMIT: MemorySize | None = None
    """The memory that DuckDB may take, such as ``4GB``; what is bigger goes to TEMP_DIR. DuckDB's own default, 80 % of
    the machine's, when not given."""
    RUNS_PATH: PathText | None = None
    """The folder that has a manifest of each run, as JSON: what was written and why, rows, fingerprints, versions. On
    the command line ``.basalt/runs`` beside the pipeline file when not given."""
    THREADS: Annotated[int, NotTruth, Field(ge=1)] | None = None
    """The threads that DuckDB may take; as many as there are cores when not given."""
    TEMP_DIR: PathText | None = None
    """The folder for what does not fit into memory; in a pipeline file relative to that file."""
    QUALITY: QualityConfig | None = None
    """The checks of every pass that has no ``quality`` of its own."""
    SCHEMA_LOCK: SchemaLockConfig | None = None
    """Whether the columns of all passes are compared with those that a file holds."""

    @field_validator("DATASETNAME")
    @classmethod
    def _usable_dataset(cls, name: str) -> str:
        if not _NAME.fullmatch(name) or name in {"main", "temp", "system"}:
            message = f"{name!r} is not a dataset name: {_RULE}; not main, temp or system"
            raise ValueError(message)
        return name

    @field_validator("TABLES")
    @classmethod
    def _usable_tables(cls, tables: dict[str, Table]) -> dict[str, Table]:
        rule = f"{_RULE}, no '__'"
        unusable = [name for name in tables if not _NAME.fullmatch(name) or "__" in name]
        if unusable:
            raise DisagreementError(Disagreement((name,), f"{name!r} is not a table name: {rule}") for name in unusable)
        return tables

    @model_validator(mode="after")
    def _fits_together(self) -> AnalyticsConfig:
        names = list(enumerate(each.name for each in self.PASSES))
        if found := pipeline_disagreements(names, list(self.TABLES), self.START_DATE, self.END_DATE):
            raise DisagreementError(found)
        return self


def pipeline_disagreements(
    passes: Sequence[tuple[int, str]], tables: Sequence[str], start: date | None, end: date | None
) -> list[Disagreement]:
    """Return what does not fit together in a pipeline: names used twice, a range that ends before it starts.

    ``passes`` are positions in ``PASSES`` and names. Names are compared as DuckDB does: without case.
    """
    found = [*_repeated_tables(tables), *_repeated_passes(passes, tables)]
    if start and end and end < start:
        found.append(Disagreement(("END_DATE",), f"{end} is before START_DATE {start}"))
    return found


def _repeated_tables(tables: Iterable[str]) -> Iterator[Disagreement]:
    first: dict[str, str] = {}
    for name in tables:
        if (earlier := first.setdefault(name.casefold(), name)) != name:
            yield Disagreement(("TABLES", name), f"{name!r} and {earlier!r} differ in case only; names must be unique")


def _repeated_passes(passes: Iterable[tuple[int, str]], tables: Iterable[str]) -> Iterator[Disagreement]:
    first: dict[str, int] = {}
    taken = {name.casefold() for name in tables}
    for position, name in passes:
        place = ("PASSES", position, "name")
        if (earlier := first.setdefault(name.casefold(), position)) != position:
            yield Disagreement(place, f"{name!r} is the name of PASSES[{earlier}] already; names must be unique")
        if name.casefold() in taken:
            yield Disagreement(place, f"{name!r} is both a table and a pass; names must be unique")
