"""Everything Basalt refuses, in one hierarchy.

Each class has a stable code: ``BAS1xx`` configuration, ``BAS2xx`` binding to sources, ``BAS3xx`` compiling,
``BAS4xx`` running, ``BAS5xx`` output. An error carries one or several problems; each says what is wrong, where,
and what was probably meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """One mistake: what is wrong, where (a path in the configuration, a file), and what was probably meant."""

    message: str
    place: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{where}{self.message}{hint}"


class BasaltError(Exception):
    """Base of all errors. ``problems`` holds every mistake found, ``code`` is stable across versions."""

    code: ClassVar[str] = "BAS000"

    def __init__(self, problems: str | Problem | Iterable[Problem], *, place: str = "", suggestion: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(problems, place, suggestion)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __str__(self) -> str:
        return f"{self.code} " + "\n".join(str(problem) for problem in self.problems)


class ConfigurationError(BasaltError):
    """The configuration does not say something Basalt can do."""

    code = "BAS101"


class PipelineFileError(ConfigurationError):
    """The pipeline file cannot be read: missing, not parseable, or without a configuration in it."""

    code = "BAS102"


class PassOrderError(ConfigurationError):
    """Passes that read each other in a cycle, or a pass that reads one that is not there."""

    code = "BAS103"


class CallError(ConfigurationError):
    """A function or command is called with arguments that contradict each other."""

    code = "BAS104"


class BindingError(BasaltError):
    """The configuration does not fit the sources."""

    code = "BAS201"


class SourceNotFoundError(BindingError):
    """A table has no source, or its source cannot be opened."""

    code = "BAS202"


class UnknownColumnError(BindingError):
    """A column is asked for that the source does not have."""

    code = "BAS203"


class SourceExpressionError(BindingError):
    """An expression in ``TABLES`` is not one scalar SQL expression over the source's columns."""

    code = "BAS204"


class UnknownMetricError(BindingError):
    """A measure is asked for that the catalogue does not have."""

    code = "BAS205"


class CompileError(BasaltError):
    """The request fits the sources but has no meaning that can be compiled."""

    code = "BAS301"


class ReaggregationError(CompileError):
    """A column cannot be aggregated again in the way asked for."""

    code = "BAS302"


class DuplicateColumnError(CompileError):
    """Two output columns of one pass would have the same name."""

    code = "BAS303"


class OutputNameError(CompileError):
    """A pattern for the names of columns has a variable that there is not."""

    code = "BAS307"


class MeasureSideError(CompileError):
    """A measure is asked for a side of trading for which it has no meaning."""

    code = "BAS308"


class TemplateError(CompileError):
    """A SQL template is malformed: its header lacks a field, or its text does not render."""

    code = "BAS304"


class UnknownIndicatorError(CompileError):
    """TA-Lib has no function of that name."""

    code = "BAS305"


class IndicatorConfigError(CompileError):
    """An indicator is asked for with parameters, inputs or outputs its function does not have."""

    code = "BAS306"


class IncompleteSqlError(CompileError):
    """SQL that is to stand alone would lack what a run adds to it."""

    code = "BAS309"


class DialectError(CompileError):
    """Another SQL engine cannot say a construct of a pass exactly; names the step and the column."""

    code = "BAS310"


class RunError(BasaltError):
    """A compiled pass failed while running."""

    code = "BAS401"


class IndicatorError(RunError):
    """An indicator failed; names the group, the function and the reason."""

    code = "BAS402"


class AmbiguousReferenceError(RunError):
    """The reference table has more than one row for a listing on a day."""

    code = "BAS403"


class QualityError(RunError):
    """Checks of a pass do not hold; nothing of it has landed. A problem for each of them."""

    code = "BAS410"


class SchemaLockError(QualityError):
    """The columns of a pass are not those that the schema lock holds."""

    code = "BAS411"


class UnknownPassError(RunError, KeyError):
    """A result is asked for a pass that the pipeline does not have."""

    code = "BAS404"


class BatchError(RunError):
    """Batches of days failed; the others are written. Names the days and the error of each."""

    code = "BAS406"


class OutputError(BasaltError):
    """A result could not be written."""

    code = "BAS501"


class OutputBusyError(OutputError):
    """Another run writes the same output; says which."""

    code = "BAS502"


class OutputRangeError(OutputError):
    """Rows of the days asked for cannot be told apart from rows that are there already, or do not belong there."""

    code = "BAS503"


class MissingPackageError(OutputError):
    """An output needs a package that is not installed; says which to install."""

    code = "BAS504"


def raise_together(errors: Sequence[BasaltError]) -> None:
    """Raise one error with the problems of all, of the first one's class; nothing where there are none."""
    if errors:
        raise type(errors[0])(problem for error in errors for problem in error.problems)


def nearest(name: str, candidates: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the candidate closest to ``name``, or the empty string."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f"did you mean {by_folded[close[0]]!r}?" if close else ""


def listing(names: Iterable[str], limit: int = 40) -> str:
    """Join names for a message, cutting a list that is too long to read."""
    names = list(names)
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown}, ... ({len(names) - limit} more)"
