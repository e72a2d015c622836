"""A pipeline file of any format read into a checked configuration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from basalt.configuration.formats.documents import DOCUMENT_EXTENSIONS, Document, read_document
from basalt.configuration.formats.python_file import run_python_file
from basalt.configuration.overrides import apply_overrides
from basalt.configuration.problems import validate
from basalt.configuration.relative_paths import with_absolute_paths
from basalt.errors import PipelineFileError, listing, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basalt.configuration.analytics import AnalyticsConfig
    from basalt.configuration.diagnosis.places import Place

EXTENSIONS = (".py", *DOCUMENT_EXTENSIONS)
"""File name extensions of pipeline files."""


def load_pipeline(
    path: str | os.PathLike[str], overrides: Iterable[str] = (), *, folder: Path | None = None
) -> AnalyticsConfig:
    """Return the configuration in a pipeline file: Python, YAML, TOML or JSON, told apart by the extension.

    A Python file defines ``CONFIG = AnalyticsConfig(...)`` or ``USER_CONFIG = {...}``. ``overrides`` such as
    ``PASSES[pass1].time_bucket_seconds=300`` replace values as if they were written in the file. Relative paths count
    from the file's folder, or from ``folder``, and come back absolute; a Python file imports its neighbours there.

    Raises PipelineFileError when the file cannot be read, and ConfigurationError with every mistake in it.
    """
    name = os.fspath(path)
    file = Path(os.path.expanduser(name)).absolute()  # noqa: PTH111 - an unknown user stays as written
    _check_is_file(file, name)
    home = file.parent if folder is None else folder.absolute()
    document = _read(file, name, home)
    changed = apply_overrides(document.raw, overrides)

    def origin(place: Place) -> str:
        return changed.behind(place) or document.origin(place)

    return with_absolute_paths(validate(changed.raw, origin), home, name)


def _read(file: Path, name: str, home: Path) -> Document:
    extension = file.suffix.lower()
    if extension == ".py":
        return Document(dict(run_python_file(file, name, home)), lambda _: name)
    if extension not in EXTENSIONS:
        message = f"a pipeline file ends in {', '.join(EXTENSIONS)}, not in {file.suffix or 'nothing'}"
        raise PipelineFileError(message, place=name)
    try:
        return read_document(file, name)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise PipelineFileError(message, place=name) from None


def _check_is_file(file: Path, name: str) -> None:
    if file.is_file():
        return
    if file.is_dir():
        message = "this is a folder, not a pipeline file"
        raise PipelineFileError(message, place=name, suggestion=_pipelines_in(file))
    if not file.parent.is_dir():
        message = f"there is no folder {str(file.parent)!r}"
        raise PipelineFileError(message, place=name)
    close = nearest(file.name, _pipeline_names(file.parent))
    message = "there is no such file"
    raise PipelineFileError(message, place=name, suggestion=close or _pipelines_in(file.parent))


def _pipeline_names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.suffix.lower() in EXTENSIONS and each.is_file())


def _pipelines_in(folder: Path) -> str:
    names = _pipeline_names(folder)
    return f"in the folder: {listing(names, 10)}" if names else ""
