"""The records beside an output, one small file each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from basalt.configuration.days import Days
from basalt.outputs.written import Written

_SUFFIX = ".json"


class SmallFiles(Protocol):
    """Small files by name, each written whole or not at all."""

    def names(self) -> list[str]:
        """Return the names of all files."""

    def read(self, name: str) -> bytes | None:
        """Return what a file holds; None where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""


@dataclass(frozen=True)
class LocalFiles:
    """Small files of a folder; what is under way is written in ``aside``."""

    folder: Path
    aside: Path

    def names(self) -> list[str]:
        """Return the names of all files."""
        try:
            with os.scandir(self.folder) as found:
                return [each.name for each in found if each.is_file()]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, name: str) -> bytes | None:
        """Return what a file holds; None where there is none."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""
        self.aside.mkdir(parents=True, exist_ok=True)
        under_way = self.aside / f"{name}.part"
        under_way.write_bytes(content)
        under_way.replace(self.folder / name)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.folder / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class State:
    """The records of one output. They follow its rows: none tells of rows that are not there."""

    files: SmallFiles

    def records(self) -> list[Written]:
        """Return all records, in order of days."""
        return self.touching(Days(None, None))

    def days(self) -> list[Days]:
        """Return the days of all records, in order; that opens none."""
        named = [Days.named(name.removesuffix(_SUFFIX)) for name in self.files.names() if name.endswith(_SUFFIX)]
        return sorted((each for each in named if each is not None), key=lambda each: each.bounds)

    def touching(self, days: Days) -> list[Written]:
        """Return the records that tell of any of the days, in order; others are not opened."""
        found = [self._read(each) for each in self.days() if each.overlaps(days)]
        return [each for each in found if each is not None]

    def forget(self, days: Days) -> None:
        """Take days out of the records, before their rows change; records that reach beyond are split."""
        for each in self.days():
            if not each.overlaps(days):
                continue
            written = None if days.contains(each) else self._read(each)
            if written is not None:
                self.add(*written.without(days))
            self.files.remove(_name(each))

    def _read(self, days: Days) -> Written | None:
        """Return a record, None for one that another run removed just now.

        One that a failing disk left unreadable tells of nothing either, and its rows are written anew.
        """
        content = self.files.read(_name(days))
        try:
            return None if content is None else Written.from_json(content)
        except (ValueError, KeyError):
            return None

    def add(self, *written: Written) -> None:
        """Add records."""
        for each in written:
            self.files.write(_name(each.days), each.to_json().encode())


def _name(days: Days) -> str:
    return f"{days.text}{_SUFFIX}"
