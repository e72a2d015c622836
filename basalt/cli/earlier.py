"""What a pipeline is compared with: another file, a git revision of it, or the JSON of an earlier compile."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from pydantic import ValidationError

from basalt.cli.emission import Emission
from basalt.cli.options import dates_given, load_pipeline
from basalt.compiler.model import CompiledPipeline
from basalt.configuration.load import load_pipeline as load_file
from basalt.errors import CallError

_PLACE = "--diff"


def earlier_pipeline(
    other: str, pipeline: Path, asked: Emission, dates: tuple[str | None, str | None]
) -> CompiledPipeline:
    """Return what ``other`` compiles to, in the form that is asked for and over the same dates.

    ``other`` is the JSON of a compile, a pipeline file, or a revision of the repository that ``pipeline`` is in; what a
    revision names by a path is as it is today. Raises CallError when it is none of them, and what loading and compiling
    it raise.
    """
    path = Path(other)
    if path.is_file():
        compiled = _compiled(path)
        return compiled or asked.compiled(load_pipeline(path, None, *dates))
    text = _at_revision(other, pipeline)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / pipeline.name
        file.write_bytes(text)
        with redirect_stdout(sys.stderr):  # what a Python file prints, as in load_pipeline
            config = load_file(file, dates_given(*dates), folder=pipeline.expanduser().absolute().parent)
    return asked.compiled(config)


def _compiled(path: Path) -> CompiledPipeline | None:
    """Return the compiled pipeline in a file, or None when it is a file of another kind."""
    if path.suffix.lower() != ".json":
        return None
    try:
        data = json.loads(path.read_bytes())
    except ValueError:  # loading it as a pipeline says what is wrong with it, and where
        return None
    if not isinstance(data, dict) or "passes" not in data:
        return None
    try:
        return CompiledPipeline.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        message = f"{path} is not what this version of basalt compile --format json writes: {place}: {first['msg']}"
        raise CallError(message, place=_PLACE, suggestion="compile it again") from None


def _at_revision(revision: str, pipeline: Path) -> bytes:
    """Return the text of a pipeline file at a git revision."""
    file = pipeline.expanduser().absolute()
    if revision.startswith("-"):
        raise _unknown(revision, "a revision does not begin with a dash")
    command = ["git", "-C", str(file.parent), "show", f"{revision}:./{file.name}"]
    try:
        done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - no shell; git's own arguments
    except OSError as error:
        raise _unknown(revision, f"git cannot be run: {error.strerror}") from None
    if done.returncode:
        raise _unknown(revision, f"git says: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _unknown(other: str, reason: str) -> CallError:
    message = f"{other!r} is not a file, and not a git revision of the pipeline: {reason}"
    return CallError(message, place=_PLACE, suggestion="name a pipeline file, a revision, or the JSON of a compile")
