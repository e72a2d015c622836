"""Numbers and paths as a person reads them; what is not known is a dash."""

from __future__ import annotations

from pathlib import Path


def rows_text(rows: int | None) -> str:
    """Return a number of rows with its thousands apart."""
    return "-" if rows is None else f"{rows:,}"


def seconds_text(seconds: float | None) -> str:
    """Return a time in seconds."""
    return "-" if seconds is None else f"{seconds:.2f} s"


def path_text(path: Path) -> str:
    """Return a path as it can be used from the working folder: relative below it, else absolute."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def place_text(place: str) -> str:
    """Return where something landed: a local path as ``path_text`` has it, a URL as it is."""
    return place if "://" in place else path_text(Path(place))
