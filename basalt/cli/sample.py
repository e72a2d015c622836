"""``basalt sample``: a market to try pipelines on."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basalt.cli.command import add_command
from basalt.cli.output import put
from basalt.sample import SampleOptions, write_sample

if TYPE_CHECKING:
    from basalt.sample import SampleManifest


def sample(  # noqa: PLR0913 - a parameter per option
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help="Where to write; made when not there.")
    ],
    *,
    instruments: Annotated[int, typer.Option(help="Number of instruments.")] = SampleOptions.instruments,
    venues: Annotated[int, typer.Option(help="Venues of each instrument.")] = SampleOptions.venues,
    days: Annotated[int, typer.Option(help="Trading days; weekends are skipped.")] = SampleOptions.days,
    start: Annotated[
        datetime | None,
        typer.Option(
            metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help=f"First day; {SampleOptions.start} when not given."
        ),
    ] = None,
    trades: Annotated[int, typer.Option(help="Trades a day, over all listings.")] = SampleOptions.trades,
    updates: Annotated[int, typer.Option(help="Book updates a day, over all listings.")] = SampleOptions.updates,
    levels: Annotated[int, typer.Option(help="Price levels on each side of the book.")] = SampleOptions.levels,
    seed: Annotated[int, typer.Option(help="Which of all such markets.")] = SampleOptions.seed,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier sample in the folder.")] = False,
) -> None:
    """Write a sample market to try pipelines on.

    It has trades, books, reference data, market states and an example pipeline. The same options give the same files.
    """
    options = SampleOptions(
        instruments=instruments,
        venues=venues,
        days=days,
        start=start.date() if start else SampleOptions.start,
        trades=trades,
        updates=updates,
        levels=levels,
        seed=seed,
        overwrite=overwrite,
    )
    _print_manifest(write_sample(folder, options))


def _print_manifest(manifest: SampleManifest) -> None:
    from basalt.cli.tables import Heading, print_table  # noqa: PLC0415 - rich is imported when it is used

    rows = ((table, f"{count:,}") for table, count in manifest.rows.items())
    print_table((Heading("table"), Heading("rows", number=True)), rows)
    put(f"\n{len(manifest.files)} files in {manifest.folder}, among them {manifest.pipeline.name}\n")
    put(f"\nNext: basalt pipeline run {shlex.quote(str(manifest.pipeline))}\n")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "sample", sample)
