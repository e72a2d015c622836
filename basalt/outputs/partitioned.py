"""A pass as a folder of Parquet files, cut by the values of columns."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from basalt.compiler.sql import Identifier, Literal
from basalt.configuration.days import Days
from basalt.errors import OutputError, OutputRangeError
from basalt.outputs.exchange import put_back, put_in_place
from basalt.outputs.failures import reading_from, writing_to
from basalt.outputs.file_formats import FileFormat
from basalt.outputs.folder_rows import FolderRows
from basalt.outputs.partitions import Partitioning
from basalt.outputs.paths import OutputPath
from basalt.outputs.work_area import WorkArea
from basalt.outputs.written import Written

_SUFFIX = ".parquet"


@dataclass(frozen=True)
class PartitionedFolder:
    """An output that is a folder of files."""

    paths: OutputPath
    days: Days
    format: FileFormat
    partitioning: Partitioning
    sort_by: tuple[str, ...]

    can_be_read = True

    @property
    def place(self) -> str:
        """The path of the folder."""
        return str(self.path)

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(self.paths.of_days(self.days))

    @property
    def holds_many(self) -> bool:
        """Whether rows belong to days."""
        return self.partitioning.shape.label_offset is not None

    def relation(self, first: date | None, last: date | None) -> str:
        """Return a subquery over the files written for these days."""
        files = self.files_of(Days(first, last))
        types = self.partitioning.types
        if not files:
            told = ", ".join(
                f"CAST(NULL AS {type_}) AS {Identifier(name)}"
                for name, type_ in {**self.partitioning.shape.types, **types}.items()
            )
            return f"(SELECT {told} WHERE false)"
        paths = ", ".join(Literal(str((self.path / name).resolve())).text for name in files)
        hive = ", ".join(f"{Literal(name)}: {type_}" for name, type_ in types.items())
        return f"read_parquet([{paths}], hive_partitioning = true, hive_types = {{{hive}}})"

    def records(self) -> list[Written]:
        """Return the records of files that are there, or were moved aside by a run that was killed."""
        with reading_from(self.place):
            aside = _aside(self._area)
            files = set(_files(self.path if self.path.exists() else aside))
            found = [self.partitioning.with_own_files(each) for each in self._area.state.records()]
        return [each for each in found if files.issuperset(each.files)]

    @contextmanager
    def held(self) -> Iterator[HeldFolder]:
        """Hold the output for this run."""
        area = self._area
        with area.held():
            with writing_to(self.place):
                put_back(self.path, _aside(area))
                shutil.rmtree(_aside(area), ignore_errors=True)
                area.clean()
            yield HeldFolder(self, area)

    @property
    def _area(self) -> WorkArea:
        return WorkArea(Path(self.paths.root) / self.paths.state, self.place)

    def files_of(self, days: Days) -> list[str]:
        """Return the files that hold rows of these days and no others, counted from the folder."""
        if not self.holds_many:
            return self.files()
        found = {name: self.partitioning.days_of(PurePosixPath(name)) for name in self.files()}
        return [name for name, own in found.items() if own is not None and days.contains(own)]

    def files(self) -> list[str]:
        """Return all files of rows in the folder."""
        return sorted(_files(self.path))


@dataclass(frozen=True)
class HeldFolder:
    """A folder of files that this run alone writes."""

    output: PartitionedFolder
    area: WorkArea

    @contextmanager
    def writing(self, first: date | None, last: date | None) -> Iterator[FolderRows]:
        """Yield what takes the rows of these days; see ``HeldOutput``."""
        days = Days(first, last)
        self._check(days)
        with writing_to(self.output.place):
            rows = FolderRows(
                self.area.new("rows"), self.output.format, self.output.partitioning, days, self.output.place
            )
        try:
            yield rows
            with writing_to(self.output.place):
                self._land(rows, days)
        finally:
            rows.discard()
            self.area.clean()

    def _check(self, days: Days) -> None:
        path, partitioning = self.output.path, self.output.partitioning
        if path.exists() and not path.is_dir():
            message = f"{path} is a file, a folder was to be written there"
            raise OutputError(message, place=str(path))
        if partitioning.adds_day or not self.output.holds_many:
            return
        for each in filter(None, map(partitioning.days_of, map(PurePosixPath, self.output.files()))):
            if each.overlaps(days) and not days.contains(each):
                message = f"the days {days} are some of {each} in {path}, which were written together"
                hint = "write the whole range, or add Date to partition_by"
                raise OutputRangeError(message, place=str(path), suggestion=hint)

    def _land(self, rows: FolderRows, days: Days) -> None:
        """Make a folder of the new files and of links to those that stay, and put it in the place of the old one."""
        written = rows.close()
        state, path = self.area.state, self.output.path.resolve()
        replaced = set(self.output.files_of(days))
        whole = self.area.new("whole")
        for name in written:
            (whole / name).parent.mkdir(parents=True, exist_ok=True)
            (rows.folder / f"{name}.part").rename(whole / name)
        _link_others(path, whole, replaced | set(written))
        whole.mkdir(exist_ok=True)
        state.forget(days if self.output.holds_many else Days(None, None))
        path.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(whole, path, _aside(self.area))
        shutil.rmtree(_aside(self.area), ignore_errors=True)
        if rows.origin is not None:
            state.add(rows.origin.written(self.output.paths.pass_name, days, rows.count, tuple(written)))


def _aside(area: WorkArea) -> Path:
    """Return where the old folder stands for a moment, if the file system cannot exchange two folders."""
    return area.folder / "replaced"


def _files(root: Path) -> Iterator[str]:
    """Yield the files of rows below a folder, counted from it; what vanishes meanwhile is left out."""
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(_SUFFIX):
                yield (Path(folder) / name).relative_to(root).as_posix()


def _link_others(folder: Path, whole: Path, without: set[str]) -> None:
    """Give the files of a folder a second name below ``whole``, or copy them where there can be none."""
    for file in folder.rglob("*"):
        name = file.relative_to(folder).as_posix()
        if file.is_dir() or name in without:
            continue
        (whole / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, whole / name)
        except OSError:
            shutil.copy2(file, whole / name)
