"""Puts compiled SQL on standard output or into files, and what there is to say about it on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer

import basalt
from basalt.cli.output import put
from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.scripts import ScriptForm, joined, scripts
from basalt.configuration import AnalyticsConfig
from basalt.errors import CallError, listing, nearest
from basalt.outputs.staging import staged


@dataclass(frozen=True)
class Emission:
    """What of a compiled pipeline is asked for, and where it goes.

    ``script`` is the kind of script that stands without Basalt; None: the SQL that a run executes.
    """

    pass_name: str | None
    output: Literal["sql", "json", "dbt"]
    script: ScriptForm | None
    folder: Path | None
    is_complete: bool

    def __post_init__(self) -> None:
        if self.script is not None and self.output != "sql":
            message = f"--as {self.script} is a kind of SQL, and --format {self.output} is asked for"
            raise CallError(message, place="--as", suggestion="leave one of them out")
        if self.output == "dbt" and (self.folder is None or self.pass_name is not None):
            message = "a dbt project is a folder of files, with all passes"
            raise CallError(message, place="--format", suggestion="name it with -o DIR, and leave --pass out")

    def compiled(self, config: AnalyticsConfig) -> CompiledPipeline:
        """Compile a pipeline as it has to be for this. Raises what ``basalt.compile`` raises."""
        is_complete = self.is_complete or self.script is not None or self.output == "dbt"
        return basalt.compile(config, complete=is_complete, parametric=self.script == "macros")

    def passes(self, compiled: CompiledPipeline) -> tuple[CompiledPass, ...]:
        """Return the passes that are asked for. Raises CallError when there is none of that name."""
        if self.pass_name is None:
            return tuple(compiled.passes.values())
        if self.pass_name in compiled.passes:
            return (compiled.passes[self.pass_name],)
        message = f"there is no pass {self.pass_name!r}; there are {listing(compiled.passes)}"
        raise CallError(message, place="--pass", suggestion=nearest(self.pass_name, compiled.passes))

    def sql(self, compiled: CompiledPipeline) -> dict[str, str]:
        """Return the SQL that is asked for, by pass, in an order in which it runs."""
        names = [each.name for each in self.passes(compiled)]
        if self.script is not None:
            return scripts(compiled, self.script, names)
        if self.pass_name is not None:
            return {name: f"{compiled.passes[name].sql}\n" for name in names}
        return {name: compiled.passes[name].script() for name in names}


def emit(config: AnalyticsConfig, asked: Emission) -> None:
    """Print a pipeline, or one pass of it, as SQL or JSON; into files of a folder when one is given.

    Raises what ``basalt.compile`` raises, CallError when there is no such pass, IncompleteSqlError for a script of a
    pass to which a run adds, OutputError when a file cannot be written.
    """
    compiled = asked.compiled(config)
    chosen = asked.passes(compiled)
    files = _files(config, compiled, asked)
    _say("warning", (warning for each in chosen for warning in each.warnings))
    _say("note", (note for each in chosen for note in _notes(each)))
    _deliver(files, asked.folder, asked.script or "views")


def _files(config: AnalyticsConfig, compiled: CompiledPipeline, asked: Emission) -> dict[str, str]:
    """Return what is asked for by the names of files."""
    match asked.output:
        case "dbt":
            return basalt.dbt_project(config)
        case "json":
            return _json(compiled, asked)
        case "sql":
            return {f"{name}.sql": text for name, text in asked.sql(compiled).items()}


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
    _deliver({f"{name}.checks.sql": text for name, text in found.items()}, folder, "views")


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


def _json(compiled: CompiledPipeline, asked: Emission) -> dict[str, str]:
    """Return a pipeline or a pass as JSON."""
    if asked.pass_name is None:
        return {"pipeline.json": f"{compiled.to_json()}\n"}
    return {f"{each.name}.json": f"{each.model_dump_json(indent=2)}\n" for each in asked.passes(compiled)}


def _deliver(files: Mapping[str, str], folder: Path | None, form: ScriptForm) -> None:
    if folder is None:
        put(joined(files.values(), form))
        return
    for name, text in files.items():
        path = folder / name
        with staged(path) as aside:
            aside.write_text(joined([text], form), encoding="utf-8", newline="\n")
        typer.echo(f"wrote {path}", err=True)


def _say(kind: str, messages: Iterable[str]) -> None:
    for message in messages:
        typer.echo(f"{kind}: {message}", err=True)
