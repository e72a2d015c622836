from __future__ import annotations

from pathlib import Path

from command_line import Command

import basalt


def test_writes_one_page(command: Command, folder: Path) -> None:
    done = command("docs", "pipeline.yaml", "-o", "made/site")
    assert (done.code, done.out, done.err) == (0, "", "wrote made/site/index.html\n")
    written = folder / "made/site/index.html"
    assert written.read_text(encoding="utf-8") == basalt.document(folder / "pipeline.yaml")
    assert [path.name for path in written.parent.iterdir()] == ["index.html"]


def test_refuses_what_compile_refuses(command: Command, folder: Path) -> None:
    done = command("docs", "pipeline.yaml", "--set", "PASSES[0].modules=trad")
    assert (done.code, done.out) == (2, "")
    assert not (folder / "site").exists()
