"""Where the files of a sample lie, and what may already be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basalt.errors import OutputError, Problem
from basalt.sample.parquet import is_sample_file
from basalt.sample.pipeline import is_sample_pipeline
from basalt.sample.session import trading_days

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from basalt.sample.options import SampleOptions


class SampleFolder:
    """A folder that a sample is written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pipeline = folder / "pipeline.yaml"
        self.reference = folder / "data" / "reference.parquet"
        self.marketstate = folder / "data" / "marketstate.parquet"

    def trades(self, day: date) -> Path:
        """Return the file of a day's trades."""
        return self.folder / "data" / "trades" / f"date={day}" / "trades.parquet"

    def l2(self, day: date) -> Path:
        """Return the file of a day's book updates."""
        return self.folder / "data" / "l2" / f"date={day}" / "l2.parquet"

    def targets(self, options: SampleOptions) -> tuple[Path, ...]:
        """Return every file that a sample of these options has."""
        days = [day.date for day in trading_days(options)]
        return (
            *map(self.trades, days),
            *map(self.l2, days),
            self.reference,
            self.marketstate,
            self.pipeline,
        )

    def claim(self, options: SampleOptions) -> tuple[Path, ...]:
        """Return the files of an earlier sample that the new one will not replace.

        Raises OutputError when there is an earlier sample and ``options.overwrite`` is false, and when a file is in
        the way that no sample wrote.
        """
        present = self._present()
        if present and not options.overwrite:
            message = f"the folder already holds sample files, such as {present[0].relative_to(self.folder)}"
            raise OutputError(message, place=str(self.folder), suggestion="choose another folder, or overwrite it")
        foreign = [
            Problem("is in the way and not part of a sample", str(path), "move it, or choose another folder")
            for path in present
            if not _is_ours(path)
        ]
        if foreign:
            raise OutputError(foreign)
        targets = set(self.targets(options))
        return tuple(path for path in present if path not in targets)

    def _present(self) -> list[Path]:
        """Return what would be overwritten, or read together with the sample, sorted."""
        single = [path for path in (self.reference, self.marketstate, self.pipeline) if path.exists()]
        data = self.folder / "data"
        return sorted([*single, *data.glob("trades/**/*.parquet"), *data.glob("l2/**/*.parquet")])


def _is_ours(path: Path) -> bool:
    return is_sample_pipeline(path) if path.suffix == ".yaml" else is_sample_file(path)
