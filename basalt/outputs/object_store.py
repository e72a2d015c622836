"""An object store as the place of outputs: their lock, their records, and their objects."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from basalt.errors import OutputError
from basalt.outputs.lock import Holder, busy
from basalt.outputs.required import required
from basalt.outputs.state import State
from basalt.outputs.temporary import TemporaryFolder

SCHEME = "s3://"


@dataclass(frozen=True)
class Bucket:
    """A bucket of S3; where it is, and who may use it, is told by the environment (AWS_ACCESS_KEY_ID, ...)."""

    name: str

    def objects(self, prefix: str) -> list[str]:
        """Return the keys of all objects below a prefix."""
        with self._failing() as (module, store):
            return [each["path"] for chunk in module.list(store, prefix) for each in chunk]

    def read(self, key: str) -> bytes | None:
        """Return what an object holds; None where there is none."""
        with self._failing() as (module, store):
            try:
                return bytes(module.get(store, key).bytes())
            except (FileNotFoundError, module.exceptions.NotFoundError):
                return None

    def write(self, key: str, content: bytes | Path) -> None:
        """Write an object, or replace it; it appears whole."""
        with self._failing() as (module, store):
            module.put(store, key, content)

    def create(self, key: str, content: bytes) -> bool:
        """Write an object unless it is there; return whether it was not."""
        with self._failing() as (module, store):
            try:
                module.put(store, key, content, mode="create")
            except module.exceptions.AlreadyExistsError:
                return False
            return True

    def remove(self, *keys: str) -> None:
        """Remove objects, if they are there."""
        with self._failing() as (module, store):
            for key in keys:
                module.delete(store, key)

    @contextmanager
    def _failing(self) -> Iterator[tuple[ModuleType, Any]]:
        """Yield the package and the store; raise what either refuses as an OutputError."""
        place = f"{SCHEME}{self.name}"
        module = required("obstore", "s3", place)
        stores = required("obstore.store", "s3", place)
        try:
            yield module, stores.S3Store(self.name)
        except (module.exceptions.BaseError, FileNotFoundError) as error:
            message = f"cannot use {place}: {type(error).__name__}: {_reason(error)}"
            raise OutputError(message, place=place) from None


@dataclass(frozen=True)
class ObjectFiles:
    """Small files below a prefix."""

    bucket: Bucket
    prefix: str

    def names(self) -> list[str]:
        """Return the names of all files."""
        found = [key.removeprefix(f"{self.prefix}/") for key in self.bucket.objects(self.prefix)]
        return [name for name in found if "/" not in name]

    def read(self, name: str) -> bytes | None:
        """Return what a file holds; None where there is none."""
        return self.bucket.read(f"{self.prefix}/{name}")

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""
        self.bucket.write(f"{self.prefix}/{name}", content)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        self.bucket.remove(f"{self.prefix}/{name}")


@dataclass(frozen=True)
class ObjectArea:
    """The lock and the records of an output below a prefix; what is under way is in a local folder."""

    bucket: Bucket
    prefix: str
    place: str
    _folder: TemporaryFolder = field(default_factory=TemporaryFolder)

    @property
    def state(self) -> State:
        """The records."""
        return State(ObjectFiles(self.bucket, self.prefix))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the output for the block.

        A lock stays when its process is killed; a later run on the same machine removes it, and a run on another one
        says which object to remove. Raises OutputBusyError when another run holds the output.
        """
        lock = f"{self.prefix}/lock"
        here = Holder.here()
        while not self.bucket.create(lock, here.to_json().encode()):
            content = self.bucket.read(lock)
            if content is None:  # the run that held it ended just now
                continue
            holder = Holder.from_json(content)
            if holder is None or not _is_gone(holder):
                place = f"{self.place} (lock {SCHEME}{self.bucket.name}/{lock})"
                raise busy(place, holder)
            self.bucket.remove(lock)
        try:
            yield
        finally:
            self.clean()
            self.bucket.remove(lock)

    def new(self, name: str) -> Path:
        """Return the path of something new under way."""
        folder = self._folder.new("under_way")
        folder.mkdir()
        return folder / name

    def clean(self) -> None:
        """Remove what is under way."""
        self._folder.remove()


def _is_gone(holder: Holder) -> bool:
    """Tell whether the process that held a lock is known to have ended: it was one of this machine."""
    if holder.host != socket.gethostname():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:300]
