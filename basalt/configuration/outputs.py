"""Where the result of a pass lands: files, a Delta table, a table of a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, OneOrMany, PathText, duplicates
from basalt.configuration.database_urls import check_url
from basalt.configuration.path_templates import fields_of, without_dates

DAY_COLUMN = "Date"
"""Stands in ``partition_by`` for the UTC day that a row belongs to: the one its bucket starts on."""

_FILE = "data/{datasetname}/{pass}/{start_date}_{end_date}"
_FOLDER = "data/{datasetname}/{pass}"
_LEVELS = {"zstd": (1, 22), "gzip": (1, 9), "brotli": (0, 11)}

Columns = Annotated[list[str], OneOrMany]
SliceMode = Literal["replace", "append", "overwrite"]
TableMode = Literal["replace", "append", "upsert", "overwrite", "fail"]


def _names_its_type(schema: dict[str, Any]) -> None:
    schema["required"] = ["type", *schema.get("required", [])]


class _Target(ConfigModel):
    """A target other than the default one: a pipeline file says its ``type``."""

    model_config = ConfigDict(json_schema_extra=_names_its_type)


class ParquetTarget(ConfigModel):
    """A pass as one Parquet file, or as a folder of them: a failed run leaves what was there whole."""

    type: Literal["parquet"] = "parquet"
    """The kind of target."""
    path_template: PathText = f"{_FILE}.parquet"
    """Path of the file, or of the folder where ``partition_by`` is given; a local path or ``s3://bucket/key``. May name
    {datasetname} {pass} {universe}, and a file {start_date} {end_date}: an open start is written ``first``, an open end
    ``last``, and no universe ``all``. In a pipeline file relative to that file. A folder is by default
    data/{datasetname}/{pass}."""
    partition_by: Columns = Field(default_factory=list)
    """Columns whose values become folders, ``Date=2025-03-03/MIC=XPAR``; ``Date`` is the UTC day the bucket of a row
    starts on. The files do not hold these columns; readers take them from the folders."""
    compression: Literal["snappy", "zstd", "gzip", "brotli", "lz4", "none"] = "snappy"
    """How columns are compressed."""
    compression_level: int | None = None
    """The level of zstd (1 to 22), gzip (1 to 9) or brotli (0 to 11); that of the format when not given."""
    row_group_rows: int = Field(default=122_880, ge=1)
    """Rows of a row group."""
    sort_by: Columns = Field(default_factory=list)
    """Columns by which the rows of each file are sorted, ascending, nulls last."""

    @model_validator(mode="before")
    @classmethod
    def _default_folder(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
        if isinstance(given, Mapping) and given.get("partition_by") and "path_template" not in given:
            return {**given, "path_template": _FOLDER}
        return given

    @field_validator("path_template")
    @classmethod
    def _known_fields(cls, template: str) -> str:
        return _location(template)

    @field_validator("partition_by", "sort_by")
    @classmethod
    def _each_once(cls, columns: list[str]) -> list[str]:
        return _once(columns)

    @model_validator(mode="after")
    def _fits_together(self) -> ParquetTarget:
        found = []
        if self.partition_by:
            found += _date_fields(self.path_template, "Date in partition_by tells the days apart")
        low, high = _LEVELS.get(self.compression, (None, None))
        level = self.compression_level
        if level is not None and (low is None or high is None):
            found.append(Disagreement(("compression_level",), f"{self.compression} has no levels"))
        elif level is not None and low is not None and high is not None and not low <= level <= high:
            found.append(Disagreement(("compression_level",), f"{self.compression} has the levels {low} to {high}"))
        if both := [name for name in self.sort_by if name in self.partition_by]:
            found.append(Disagreement(("sort_by",), f"{', '.join(both)} is the same in all rows of a file"))
        if found:
            raise DisagreementError(found)
        return self


class ArrowTarget(_Target):
    """A pass as one Arrow IPC file (Feather version 2), which can be mapped into memory."""

    type: Literal["arrow"] = "arrow"
    """The kind of target."""
    path_template: PathText = f"{_FILE}.arrow"
    """Path of the file, as for ``parquet``."""
    compression: Literal["none", "lz4", "zstd"] = "none"
    """How columns are compressed."""
    sort_by: Columns = Field(default_factory=list)
    """Columns by which the rows are sorted, ascending, nulls last."""

    @field_validator("path_template")
    @classmethod
    def _known_fields(cls, template: str) -> str:
        return _location(template)

    @field_validator("sort_by")
    @classmethod
    def _each_once(cls, columns: list[str]) -> list[str]:
        return _once(columns)


class DeltaTarget(_Target):
    """A pass as a Delta table; each run is one commit."""

    type: Literal["delta"] = "delta"
    """The kind of target."""
    path_template: PathText = _FOLDER
    """Path of the table: a local path or ``s3://bucket/key``; may name {datasetname} {pass} {universe}."""
    mode: SliceMode = "replace"
    """``replace``: the rows of the run's dates take the place of those that were there; ``append``: they are added, and
    dates that the pipeline wrote before are replaced; ``overwrite``: they take the place of the whole table."""
    partition_by: Columns = Field(default_factory=list)
    """Columns the table is partitioned by; ``Date`` is the UTC day a row's bucket starts on, a column of its own."""
    schema_evolution: bool = False
    """Whether columns may be added to a table that has others; refused otherwise."""

    @field_validator("path_template")
    @classmethod
    def _known_fields(cls, template: str) -> str:
        return without_dates(_location(template), "partition_by: Date tells the days apart")

    @field_validator("partition_by")
    @classmethod
    def _each_once(cls, columns: list[str]) -> list[str]:
        return _once(columns)


class _TableTarget(_Target):
    """A table of a database."""

    table: str = "{pass}"
    """Name of the table, or ``schema.table``; may name {datasetname} {pass} {universe}."""
    mode: TableMode = "replace"
    """``replace``: the rows of the run's dates take the place of those that were there; ``append``: they are added, and
    dates that the pipeline wrote before are replaced; ``upsert``: a row takes the place of the one with the same keys;
    ``overwrite``: they take the place of the whole table; ``fail``: dates that have rows already are refused."""

    @field_validator("table")
    @classmethod
    def _known_fields(cls, template: str) -> str:
        parts = without_dates(template, "a row tells its own time").split(".")
        if len(parts) > 2 or not all(part.strip() for part in parts) or "{{" in template:  # noqa: PLR2004 - a schema and a table
            message = f"{template!r} is not the name of a table; write table or schema.table"
            raise ValueError(message)
        return template


class SqlTarget(_TableTarget):
    """A pass as a table of Postgres, SQLite, or a database that SQLAlchemy knows; each run is one transaction."""

    type: Literal["sql"] = "sql"
    """The kind of target."""
    url: str
    """URL of the database: ``postgresql://me:${PGPASSWORD}@host/db``, or ``sqlite:///market.db``, which is relative to
    the pipeline file, or any URL of SQLAlchemy's: ``postgresql+psycopg://``, ``mysql+pymysql://``. ``${NAME}`` is taken
    from the environment, and a password always is."""

    @field_validator("url")
    @classmethod
    def _usable_url(cls, url: str) -> str:
        return check_url(url)


class DuckDBTarget(_TableTarget):
    """A pass as a table of a DuckDB file; each run is one transaction."""

    type: Literal["duckdb"] = "duckdb"
    """The kind of target."""
    file: PathText = "data/{datasetname}.duckdb"
    """Path of the file; may name {datasetname} {universe}. In a pipeline file relative to that file."""

    @field_validator("file")
    @classmethod
    def _known_file(cls, template: str) -> str:
        if "://" in template:
            message = "a DuckDB file is written on a local path"
            raise ValueError(message)
        return without_dates(template, "a row tells its own time")


def _kind_of_target(value: object) -> str:
    kind = value.get("type", "parquet") if isinstance(value, Mapping) else getattr(value, "type", "parquet")
    return kind if isinstance(kind, str) else ""


OutputTarget = Annotated[
    Annotated[ParquetTarget, Tag("parquet")]
    | Annotated[ArrowTarget, Tag("arrow")]
    | Annotated[DeltaTarget, Tag("delta")]
    | Annotated[SqlTarget, Tag("sql")]
    | Annotated[DuckDBTarget, Tag("duckdb")],
    Discriminator(_kind_of_target),
]
"""A target as a user writes it, told apart by ``type``; ``parquet`` when that is not given."""

FileTarget = ParquetTarget | ArrowTarget | DeltaTarget
"""The targets that have a path."""


def _location(template: str) -> str:
    """Check a path template; a URL is one of S3, without a secret in it."""
    fields_of(template)
    scheme, sign, rest = template.partition("://")
    if sign and scheme != "s3":
        message = "a path is local or begins with s3://"
        raise ValueError(message)
    if sign and not rest.partition("/")[2].strip("/"):
        message = "a path in S3 has a bucket and a key: s3://bucket/key"
        raise ValueError(message)
    if sign and "@" in rest.partition("/")[0]:
        message = "a path has no credentials in it; they are taken from the environment (AWS_ACCESS_KEY_ID, ...)"
        raise ValueError(message)
    return template


def _date_fields(template: str, instead: str) -> list[Disagreement]:
    try:
        without_dates(template, instead)
    except ValueError as error:
        return [Disagreement(("path_template",), str(error))]
    return []


def _once(columns: list[str]) -> list[str]:
    if repeated := duplicates(columns):
        message = f"{', '.join(repeated)} is named twice"
        raise ValueError(message)
    return columns
