"""Rewrites the golden SQL, or with ``--check`` says which files are not current."""

from __future__ import annotations

import sys

from tests.golden.cases import GoldenCase, golden_cases


def rewrite(case: GoldenCase) -> None:
    """Make the SQL files of a case what the compiler yields now."""
    for name in case.expected():
        (case.folder / name).unlink()
    for name, text in case.actual().items():
        (case.folder / name).write_text(text, encoding="utf-8")


def main() -> int:
    """Rewrite every case, or count those that are out of date."""
    stale = [case for case in golden_cases() if case.expected() != case.actual()]
    if "--check" not in sys.argv[1:]:
        for case in stale:
            rewrite(case)
            print(f"rewritten: {case.folder.name}")  # noqa: T201 - a command
        return 0
    for case in stale:
        print(f"not current: {case.folder.name} (make golden, then review the difference)")  # noqa: T201 - a command
    return len(stale)


if __name__ == "__main__":
    sys.exit(main())
