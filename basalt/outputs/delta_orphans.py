"""Files of a Delta table that no commit tells of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote


def remove_orphans(folder: Path, table: Any, since: float) -> None:  # noqa: ANN401 - of an optional package
    """Remove the files that were written since a moment, in seconds since 1970, and that no commit has added.

    Readers never see them; they only take room. Older files are those of earlier versions, and stay.
    """
    known = set(_added(folder)) if table is not None else set()
    for file in folder.rglob("*.parquet"):
        name = file.relative_to(folder).as_posix()
        if "_delta_log" not in file.parts and name not in known and file.stat().st_mtime >= since - 1:
            file.unlink()
    if table is None:
        for each in sorted(folder.rglob("*"), reverse=True):
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()


def _added(folder: Path) -> Iterator[str]:
    """Yield the files that the commits in the log added; those of older commits are older than any orphan."""
    for log in (folder / "_delta_log").glob("*.json"):
        for line in log.read_text(encoding="utf-8").splitlines():
            action = json.loads(line)
            if "add" in action:
                yield unquote(action["add"]["path"])
