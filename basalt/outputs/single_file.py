"""A pass as one file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from basalt.compiler.sql import Literal
from basalt.configuration.days import Days
from basalt.errors import OutputError, OutputRangeError
from basalt.outputs.failures import reading_from, writing_to
from basalt.outputs.file_formats import FileFormat, Writer
from basalt.outputs.paths import OutputPath
from basalt.outputs.takeover import Takeover
from basalt.outputs.work_area import WorkArea
from basalt.outputs.written import Origin, Written


@dataclass(frozen=True)
class SingleFile:
    """An output that is a file, for each range of days where the path names the dates."""

    paths: OutputPath
    days: Days
    format: FileFormat
    sort_by: tuple[str, ...]

    @property
    def place(self) -> str:
        """The path of the run's dates."""
        return str(self.path)

    @property
    def path(self) -> Path:
        """The file of the run's dates."""
        return self._file(self.days)

    @property
    def holds_many(self) -> bool:
        """Whether the path names the dates."""
        return self.paths.names_all_dates

    @property
    def can_be_read(self) -> bool:
        """Whether DuckDB reads the format by itself."""
        return self.relation(None, None) is not None

    def relation(self, first: date | None, last: date | None) -> str | None:
        """Return the call that reads the file of these days."""
        return self.format.reader_sql(Literal(str(self._file(Days(first, last)).resolve())).text)

    def records(self) -> list[Written]:
        """Return the records of files that are there."""
        return self.records_touching(Days(None, None))

    def records_touching(self, days: Days) -> list[Written]:
        """Return the records that tell of any of the days, of files that are there."""
        with reading_from(self.place):
            found = self._area.state.touching(days)
            return [each for each in found if all((self.root / name).is_file() for name in each.files)]

    @contextmanager
    def held(self) -> Iterator[HeldFile]:
        """Hold the output for this run."""
        area = self._area
        with area.held():
            with writing_to(self.place):
                Takeover.completed(area, self.root)
                area.clean()
            yield HeldFile(self, area)

    @property
    def root(self) -> Path:
        """The folder from which the files of records are counted."""
        return Path(self.paths.root)

    @property
    def _area(self) -> WorkArea:
        return WorkArea(self.root / self.paths.state, self.place)

    def _file(self, days: Days) -> Path:
        return Path(self.paths.of_days(days))


@dataclass(frozen=True)
class HeldFile:
    """A file that this run alone writes."""

    output: SingleFile
    area: WorkArea

    @contextmanager
    def writing(self, first: date | None, last: date | None) -> Iterator[FileRows]:
        """Yield what takes the rows of these days; see ``HeldOutput``."""
        days = Days(first, last)
        path = Path(self.output.paths.of_days(days))
        place = str(path)
        self._check(days, path)
        with writing_to(place):
            rows = FileRows(self.area.new(f"{path.name}.part"), self.output.format, place)
        try:
            yield rows
            with writing_to(place):
                self._land(rows, path, days)
        finally:
            rows.discard()
            self.area.clean()

    def _check(self, days: Days, path: Path) -> None:
        if path.is_dir():
            message = f"{path} is a folder, a file was to be written there"
            raise OutputError(message, place=str(path))
        if not self.output.holds_many:
            return
        for each in self.output.records_touching(days):
            if not days.contains(each.days):
                message = f"the days {days} are some of those in {', '.join(each.files)}, which cannot be cut"
                hint = "write the whole range, or use partition_by: Date"
                raise OutputRangeError(message, place=str(path), suggestion=hint)

    def _land(self, rows: FileRows, path: Path, days: Days) -> None:
        """Give the file its name, and remove those whose days are all in it."""
        rows.close()
        _sync(rows.path)
        state = self.area.state
        whole = days if self.output.holds_many else Days(None, None)
        replaced = {name for each in state.touching(whole) if whole.contains(each.days) for name in each.files}
        name = os.path.relpath(path, self.output.root)
        written = rows.origin.written(self.output.paths.pass_name, days, rows.count, (name,)) if rows.origin else None
        takeover = Takeover(str(rows.path), tuple(sorted(replaced - {name})), written)
        path.parent.mkdir(parents=True, exist_ok=True)
        takeover.begin(self.area)
        state.forget(whole)
        rows.path.replace(path)
        takeover.complete(self.area, self.output.root)


class FileRows:
    """Rows under way to a file; its schema is that of the first."""

    def __init__(self, path: Path, file_format: FileFormat, place: str) -> None:
        self.path = path
        self.count = 0
        self.origin: Origin | None = None
        self._format, self._place = file_format, place
        self._writer: Writer | None = None

    def append(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows; with none, the file still gets its columns."""
        with writing_to(self._place):
            if self._writer is None:
                self._writer = self._format.open(self.path, schema)
        for batch in batches:
            with writing_to(self._place):
                self._writer.write_batch(batch)
            self.count += batch.num_rows

    def record(self, fingerprint: Mapping[str, str], inputs: Mapping[str, str], run: str) -> None:
        """Say where the rows come from."""
        self.origin = Origin(fingerprint, inputs, run)

    def close(self) -> None:
        """Write the end of the file."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def discard(self) -> None:
        """Let go of a file that did not become whole; what failed has been told already."""
        with suppress(OSError, pa.ArrowException):
            self.close()


def _sync(path: Path) -> None:
    """Have the file on disk before it takes a name that readers know."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
