"""Puts compiled SQL on standard output or into files, and what there is to say about it on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import typer

import basalt
from basalt.cli.output import put
from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.configuration import AnalyticsConfig
from basalt.errors import CallError, listing, nearest
from basalt.outputs.staging import staged

Form = Literal["sql", "json"]


def emit(config: AnalyticsConfig, pass_name: str | None, form: Form, folder: Path | None, *, complete: bool) -> None:
    """Print a pipeline, or one pass of it, as SQL or JSON; into files of a folder when one is given.

    Raises what ``basalt.compile`` raises, CallError when there is no such pass, OutputError when a file cannot be
    written.
    """
    compiled = basalt.compile(config, complete=complete)
    if pass_name is None:
        texts = _pipeline_texts(compiled, form)
        _say("warning", compiled.warnings)
        _say("note", (note for each in compiled.passes.values() for note in _notes(each)))
    else:
        chosen = _pass(compiled, pass_name)
        texts = _pass_texts(chosen, form)
        _say("warning", chosen.warnings)
        _say("note", _notes(chosen))
    _deliver(texts, folder)


def emit_checks(config: AnalyticsConfig, pass_name: str | None, folder: Path | None) -> None:
    """Print the SQL of the checks of a pipeline, or of one pass of it; into files of a folder when one is given.

    Raises what ``basalt.compile`` raises, CallError when there is no such pass or it has no checks, OutputError when a
    file cannot be written.
    """
    found = basalt.compile_checks(config)
    if pass_name is not None:
        if pass_name not in found:
            message = f"there is no pass {pass_name!r} with checks; there are {listing(found) or 'none'}"
            raise CallError(message, place="--pass", suggestion=nearest(pass_name, found))
        found = {pass_name: found[pass_name]}
    _deliver({f"{name}.checks.sql": text for name, text in found.items()}, folder)


_FORMS = {
    "arrow": "not in this SQL, a run adds it",
    "udf": "in this SQL, which calls functions that basalt.register_functions adds to a connection",
    "sql": "in this SQL",
}


def _notes(chosen: CompiledPass) -> Iterator[str]:
    """Yield where the indicators of a pass are computed, and why there."""
    if chosen.indicators:
        names = "; ".join(str(indicator) for indicator in chosen.indicators)
        form = chosen.indicator_form
        yield f"pass {chosen.name}: {names}: {_FORMS[form.form]} ({form.form}: {form.reason})"


def _pass(compiled: CompiledPipeline, name: str) -> CompiledPass:
    if name in compiled.passes:
        return compiled.passes[name]
    message = f"there is no pass {name!r}; there are {listing(compiled.passes)}"
    raise CallError(message, place="--pass", suggestion=nearest(name, compiled.passes))


def _pass_texts(chosen: CompiledPass, form: Form) -> dict[str, str]:
    """Return a pass as a text by file name."""
    text = chosen.sql if form == "sql" else chosen.model_dump_json(indent=2)
    return {f"{chosen.name}.{form}": f"{text}\n"}


def _pipeline_texts(compiled: CompiledPipeline, form: Form) -> dict[str, str]:
    """Return a pipeline as texts by file name; its SQL files joined by an empty line are its script."""
    if form == "json":
        return {"pipeline.json": f"{compiled.to_json()}\n"}
    return {f"{name}.sql": each.script() for name, each in compiled.passes.items()}


def _deliver(texts: dict[str, str], folder: Path | None) -> None:
    if folder is None:
        put("\n".join(texts.values()))
        return
    for name, text in texts.items():
        path = folder / name
        with staged(path) as aside:
            aside.write_text(text, encoding="utf-8", newline="\n")
        typer.echo(f"wrote {path}", err=True)


def _say(kind: str, messages: Iterable[str]) -> None:
    for message in messages:
        typer.echo(f"{kind}: {message}", err=True)
