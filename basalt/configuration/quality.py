"""What must hold for the rows and the columns of a pass before they land."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from basalt.configuration.base import ConfigModel, NotTruth, OneOrMany, PathText, Scalar
from basalt.configuration.buckets import parse_rule

OnFailure = Literal["warn", "raise"]
"""What a check that does not hold does: the run warns of it, or ends before anything lands."""
Kept = Literal["ids", "rows", "columns"]
LockMode = Literal["off", "warn", "raise", "update"]

_Columns = Annotated[list[str], OneOrMany, Field(min_length=1)]
_Finite = Annotated[float, Field(allow_inf_nan=False), NotTruth]
_Count = Annotated[int, Field(ge=0), NotTruth]


class CheckConfig(ConfigModel):
    """What all checks have in common."""

    on_failure: OnFailure | None = None
    """``warn`` or ``raise``; the section's own when not given."""


class NotNullCheck(CheckConfig):
    """No value is null."""

    columns: _Columns
    """The columns."""


class NullRateCheck(CheckConfig):
    """No more than a share of the values are null."""

    columns: _Columns
    """The columns."""
    max: Annotated[float, Field(ge=0, le=1), NotTruth]
    """The largest share, 0 to 1."""


class RangeCheck(CheckConfig):
    """Values are finite numbers within a range; nulls do not count."""

    columns: _Columns
    """The columns."""
    min: _Finite | None = None
    """The least value that is right."""
    max: _Finite | None = None
    """The greatest value that is right."""

    @model_validator(mode="after")
    def _is_one(self) -> RangeCheck:
        if self.min is None and self.max is None:
            message = "a range has a min, a max or both"
            raise ValueError(message)
        if self.min is not None and self.max is not None and self.max < self.min:
            message = f"the range ends at {self.max}, before it begins at {self.min}"
            raise ValueError(message)
        return self


class NoNanCheck(CheckConfig):
    """No number is NaN or infinite."""

    columns: _Columns | None = None
    """The columns; all that can be NaN when not given."""


class AcceptedValuesCheck(CheckConfig):
    """Values are some of those named; nulls do not count."""

    columns: _Columns
    """The columns."""
    values: list[Scalar] = Field(min_length=1)
    """The values that are right."""


class UniqueCheck(CheckConfig):
    """No two rows agree in all of some columns."""

    columns: _Columns | None = None
    """The columns; the keys of the pass when not given."""


class RowCountCheck(CheckConfig):
    """There are neither too few rows nor too many."""

    min: _Count | None = None
    """The fewest rows that are right."""
    max: _Count | None = None
    """The most rows that are right."""
    per: Literal["run", "day"] = "run"
    """``run``: all rows of the run; ``day``: those of each UTC day that has any. With no rows at all there are too few
    in either way."""

    @model_validator(mode="after")
    def _is_one(self) -> RowCountCheck:
        if self.min is None and self.max is None:
            message = "a number of rows has a min, a max or both"
            raise ValueError(message)
        if self.min is not None and self.max is not None and self.max < self.min:
            message = f"the most rows are {self.max}, fewer than the fewest, {self.min}"
            raise ValueError(message)
        return self


class FreshnessCheck(CheckConfig):
    """The newest TimeBucket is not long ago, counted from the end of END_DATE, or from now when there is none."""

    max_age: str
    """How long ago it may be: ``90m``, ``36h``, ``3d``."""

    @field_validator("max_age")
    @classmethod
    def _is_an_age(cls, age: str) -> str:
        parse_rule(age)
        return age


class ConservedCheck(CheckConfig):
    """The sum of a column is that of a column of the pass that is read."""

    columns: _Columns
    """Columns of this pass."""
    source_column: str | None = None
    """The column of the pass that is read; the one of the same name when not given."""
    tolerance: Annotated[float, Field(ge=0, lt=1), NotTruth] = 1e-9
    """By how much the sums may differ, as a share of the larger one."""

    @model_validator(mode="after")
    def _one_to_one(self) -> ConservedCheck:
        if self.source_column is not None and len(self.columns) > 1:
            message = "source_column goes with one column"
            raise ValueError(message)
        return self


class OhlcCheck(CheckConfig):
    """Open and close lie between low and high; nulls do not count."""

    open: str = "Open"
    """The column of the open."""
    high: str = "High"
    """The column of the high."""
    low: str = "Low"
    """The column of the low."""
    close: str = "Close"
    """The column of the close."""


class BookNotCrossedCheck(CheckConfig):
    """The bid is not above the ask; nulls do not count, and a locked book is not crossed."""

    bid: str = "BidPrice1"
    """The column of the best bid."""
    ask: str = "AskPrice1"
    """The column of the best ask."""


class MonotonicTimeCheck(CheckConfig):
    """Time does not go backwards in a table of events.

    Within a listing and a day, by the sequence, no event is earlier than the one before it. The day is the UTC day on
    which the event's bucket starts.
    """

    table: str | None = None
    """The table of ``TABLES``; the one of events that the pass reads when not given."""


class PreserveCheck(CheckConfig):
    """Nothing of what is read is lost on the way."""

    what: Annotated[list[Kept], OneOrMany] = Field(min_length=1)
    """``ids``: every listing or group of the pass that is read is there; ``rows``: as many rows as it has;
    ``columns``: every column that it has."""


class ExpectedColumnsCheck(CheckConfig):
    """The pass has these columns."""

    names: _Columns
    """The columns."""
    others: Literal["allowed", "refused"] = "allowed"
    """Whether there may be others."""


def _flag(model: type[CheckConfig], field: str | None = None) -> BeforeValidator:
    """Read ``true`` as a check without settings, and a name as one of that name where ``field`` takes names."""

    def read(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
        return {} if value is True else _with_name(value, field)

    short = Literal[True] if field is None else Literal[True] | str
    return BeforeValidator(read, json_schema_input_type=model | short)


def _named(model: type[CheckConfig], field: str) -> BeforeValidator:
    """Read a name as a check of it without other settings."""

    def read(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
        return _with_name(value, field)

    return BeforeValidator(read, json_schema_input_type=model | str)


def _with_name(value: Any, field: str | None) -> Any:  # noqa: ANN401 - whatever the user wrote
    return {field: value} if isinstance(value, str) and field is not None else value


_NotNull = Annotated[NotNullCheck, _named(NotNullCheck, "columns")]
_NoNan = Annotated[NoNanCheck, _flag(NoNanCheck, "columns")]
_Unique = Annotated[UniqueCheck, _flag(UniqueCheck)]
_Freshness = Annotated[FreshnessCheck, _named(FreshnessCheck, "max_age")]
_Conserved = Annotated[ConservedCheck, _named(ConservedCheck, "columns")]
_Ohlc = Annotated[OhlcCheck, _flag(OhlcCheck)]
_BookNotCrossed = Annotated[BookNotCrossedCheck, _flag(BookNotCrossedCheck)]
_MonotonicTime = Annotated[MonotonicTimeCheck, _flag(MonotonicTimeCheck, "table")]
_Preserve = Annotated[PreserveCheck, _named(PreserveCheck, "what")]


class QualityConfig(ConfigModel):
    """Checks of a pass, asked while it is computed; before anything lands the run ends, or warns, where one fails."""

    on_failure: OnFailure = "raise"
    """What a check that does not hold does, where it does not say otherwise."""
    not_null: Annotated[list[_NotNull], OneOrMany] = Field(default_factory=list)
    """No value of these columns is null: ``[ListingId, Close]``."""
    null_rate: Annotated[list[NullRateCheck], OneOrMany] = Field(default_factory=list)
    """No more than a share of the values is null: ``{columns: Close, max: 0.05}``."""
    range: Annotated[list[RangeCheck], OneOrMany] = Field(default_factory=list)
    """Values are finite and within a range: ``{columns: [Open, Close], min: 0.01, max: 100000}``."""
    no_nan: Annotated[list[_NoNan], OneOrMany] = Field(default_factory=list)
    """No number is NaN or infinite: ``true`` for all columns, or some."""
    accepted_values: Annotated[list[AcceptedValuesCheck], OneOrMany] = Field(default_factory=list)
    """Values are some of these: ``{columns: MIC, values: [XPAR, XLON]}``."""
    unique: Annotated[list[_Unique], OneOrMany] = Field(default_factory=list)
    """No two rows have the same keys: ``true``, or ``{columns: [Ticker, TimeBucket]}``."""
    row_count: Annotated[list[RowCountCheck], OneOrMany] = Field(default_factory=list)
    """There are neither too few rows nor too many: ``{min: 1000, per: day}``."""
    freshness: Annotated[list[_Freshness], OneOrMany] = Field(default_factory=list)
    """The newest TimeBucket is not older than this: ``36h``."""
    conserved: Annotated[list[_Conserved], OneOrMany] = Field(default_factory=list)
    """The sums of these columns are those of the pass that is read: ``TradeTotalVolume``."""
    ohlc: Annotated[list[_Ohlc], OneOrMany] = Field(default_factory=list)
    """Open and close lie between low and high: ``true``, or the names of the columns."""
    book_not_crossed: Annotated[list[_BookNotCrossed], OneOrMany] = Field(default_factory=list)
    """The bid is not above the ask: ``true``, or the names of the columns."""
    monotonic_time: Annotated[list[_MonotonicTime], OneOrMany] = Field(default_factory=list)
    """Time does not go backwards in the events that are read: ``true``, or the name of the table."""
    preserve: Annotated[list[_Preserve], OneOrMany] = Field(default_factory=list)
    """Nothing is lost of what is read: ``[ids, rows, columns]``, or some of them."""
    columns: Annotated[list[ExpectedColumnsCheck], OneOrMany] = Field(default_factory=list)
    """The columns there must be: ``{names: [ListingId, TimeBucket, Close], others: refused}``."""


class SchemaLockConfig(ConfigModel):
    """A file that holds the names, types and units of all passes' columns, by which a change is noticed."""

    path: PathText = "basalt.lock.json"
    """The file; in a pipeline file relative to that file."""
    mode: LockMode = "raise"
    """What a change does: ``raise`` ends the run before anything is computed, ``warn`` tells of it, ``update`` writes
    the file anew, ``off`` does not look. A file that is not there is a change of all."""
