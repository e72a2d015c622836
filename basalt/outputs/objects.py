"""A pass as an object, or as many, of an object store.

One object appears whole. Several appear one after another, and those they replace go after them: an object store has
no step that changes many at once. A run that was killed on the way leaves no record, so that the next one repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from basalt.configuration.days import Days
from basalt.errors import OutputRangeError
from basalt.outputs.failures import writing_to
from basalt.outputs.file_formats import FileFormat
from basalt.outputs.folder_rows import FolderRows
from basalt.outputs.object_store import SCHEME, Bucket, ObjectArea
from basalt.outputs.partitions import Partitioning
from basalt.outputs.paths import OutputPath
from basalt.outputs.single_file import FileRows
from basalt.outputs.written import Written


@dataclass(frozen=True)
class ObjectOutput:
    """An output that is an object for a range of days, or objects cut by the values of columns."""

    paths: OutputPath
    days: Days
    format: FileFormat
    partitioning: Partitioning | None
    sort_by: tuple[str, ...]

    path = None
    can_be_read = False

    @property
    def place(self) -> str:
        """The URL of the run's dates."""
        return self.paths.of_days(self.days)

    @property
    def holds_many(self) -> bool:
        """Whether ranges of days stand side by side."""
        if self.partitioning is None:
            return self.paths.names_all_dates
        return self.partitioning.shape.label_offset is not None

    def relation(self, first: date | None, last: date | None) -> None:
        """Return None: DuckDB reads object stores through an extension alone."""

    def records(self) -> list[Written]:
        """Return the records of objects that are there."""
        area = area_of(self.paths, self.place)
        keys, found = set(self.keys(area.bucket)), area.state.records()
        if self.partitioning is not None:
            found = [self.partitioning.with_own_files(each) for each in found]
        return [each for each in found if keys.issuperset(each.files)]

    @contextmanager
    def held(self) -> Iterator[HeldObjects]:
        """Hold the output for this run."""
        area = area_of(self.paths, self.place)
        with area.held():
            yield HeldObjects(self, area)

    def keys(self, bucket: Bucket) -> list[str]:
        """Return the keys of all objects that may be its own."""
        return bucket.objects(_split(self.paths.root)[1] if self.partitioning is None else self.key(_ALL))

    def key(self, days: Days) -> str:
        """Return the key of an object, or what the keys of all begin with."""
        return _split(self.paths.of_days(days))[1]

    def days_of(self, key: str) -> Days | None:
        """Return the days of an object; None for somebody else's."""
        if self.partitioning is not None:
            return self.partitioning.days_of(PurePosixPath(key))
        if not self.holds_many:
            return Days(None, None) if key == self.key(Days(None, None)) else None
        return self.paths.days_named(f"{SCHEME}{_split(self.paths.root)[0]}/{key}")


@dataclass(frozen=True)
class HeldObjects:
    """Objects that this run alone writes."""

    output: ObjectOutput
    area: ObjectArea

    @contextmanager
    def writing(self, first: date | None, last: date | None) -> Iterator[FileRows | FolderRows]:
        """Yield what takes the rows of these days; see ``HeldOutput``."""
        days = Days(first, last)
        whole = days if self.output.holds_many else Days(None, None)
        replaced = self._replaced(whole)
        rows = self._rows(days)
        try:
            yield rows
            with writing_to(self.output.place):
                self._land(rows, days, whole, replaced)
        finally:
            rows.discard()
            self.area.clean()

    def _rows(self, days: Days) -> FileRows | FolderRows:
        output = self.output
        with writing_to(output.place):
            path = self.area.new("rows")
        if output.partitioning is None:
            return FileRows(path, output.format, output.place)
        return FolderRows(path, output.format, output.partitioning, days, output.place)

    def _replaced(self, days: Days) -> set[str]:
        """Return the objects that go. Raises OutputRangeError for one that has rows of other days too."""
        found = {
            key: own for key in self.output.keys(self.area.bucket) if (own := self.output.days_of(key)) is not None
        }
        for key, own in found.items():
            if own.overlaps(days) and not days.contains(own):
                message = f"the days {days} are some of those in {key}, which cannot be cut"
                hint = "write the whole range, or use partition_by: Date"
                raise OutputRangeError(message, place=self.output.place, suggestion=hint)
        return {key for key, own in found.items() if days.contains(own)}

    def _land(self, rows: FileRows | FolderRows, days: Days, whole: Days, replaced: set[str]) -> None:
        key = self.output.key(days)
        names = rows.close()
        bucket, state = self.area.bucket, self.area.state
        state.forget(whole)
        if isinstance(rows, FileRows):
            written = {key}
            bucket.write(key, rows.path)
        else:
            written = {f"{key}/{name}" for name in names or ()}
            for name in names or ():
                bucket.write(f"{key}/{name}", rows.folder / f"{name}.part")
        bucket.remove(*sorted(replaced - written))
        if rows.origin is not None:
            state.add(rows.origin.written(self.output.paths.pass_name, days, rows.count, tuple(sorted(written))))


def area_of(paths: OutputPath, place: str) -> ObjectArea:
    """Return where the records of an output in an object store are kept."""
    bucket, prefix = _split(paths.root)
    return ObjectArea(Bucket(bucket), f"{prefix}/{paths.state}".lstrip("/"), place)


_ALL = Days(None, None)


def _split(url: str) -> tuple[str, str]:
    """Return the bucket and the key of a URL."""
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    return bucket, key
