"""Puts a pipeline in the SQL of another engine on standard output or into files."""

from __future__ import annotations

from pathlib import Path

import typer

import basalt
from basalt.cli.output import put
from basalt.configuration import AnalyticsConfig
from basalt.errors import CallError, listing, nearest
from basalt.outputs.staging import staged


def print_translated(config: AnalyticsConfig, dialect: str, pass_name: str | None, folder: Path | None) -> None:
    """Print the views of a pipeline, or the statement of one pass; into files of a folder when one is given.

    Raises what ``basalt.translate`` raises, CallError when there is no such pass, OutputError when a file cannot be
    written.
    """
    passes = basalt.translate(config, dialect).passes
    if pass_name is not None and pass_name not in passes:
        message = f"there is no pass {pass_name!r}; there are {listing(passes)}"
        raise CallError(message, place="--pass", suggestion=nearest(pass_name, passes))
    chosen = passes if pass_name is None else {pass_name: passes[pass_name]}
    for warning in (warning for each in chosen.values() for warning in each.warnings):
        typer.echo(f"warning: {warning}", err=True)
    _deliver({name: each.script() if pass_name is None else f"{each.sql}\n" for name, each in chosen.items()}, folder)


def _deliver(texts: dict[str, str], folder: Path | None) -> None:
    if folder is None:
        put("\n".join(texts.values()))
        return
    for name, text in texts.items():
        with staged(folder / f"{name}.sql") as aside:
            aside.write_text(text, encoding="utf-8", newline="\n")
        typer.echo(f"wrote {folder / f'{name}.sql'}", err=True)
