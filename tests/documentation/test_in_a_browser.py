"""The page in a real browser, where there is one: no errors, search, links that open what they lead to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from pages import Element, Elements, page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium")

WATCH = "<script>window.onerror = (text) => { document.title = 'failed: ' + text; };</script>"
SEARCH = """<script>
const box = document.getElementById("search");
box.value = "vwap price";
box.dispatchEvent(new Event("input"));
</script>"""


def opened(folder: Path, added: str = "", fragment: str = "", width: int = 1280) -> Elements:
    """Return the elements of the page after its scripts have run."""
    html = page().replace("<style>", f"{WATCH}<style>", 1).replace("</body>", f"{added}</body>", 1)
    path = folder / "index.html"
    path.write_text(html, encoding="utf-8")
    flags = ["--headless=new", "--no-sandbox", "--virtual-time-budget=2000", f"--window-size={width},900"]
    command = [CHROMIUM, *flags, f"--user-data-dir={folder}/profile", "--dump-dom", f"file://{path}{fragment}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    elements = Elements(done.stdout)
    assert [each.text for each in elements.tagged("title")] == ["market · Basalt"]
    return elements


def shown(elements: Elements, tag: str, class_: str) -> list[Element]:
    return [each for each in elements.tagged(tag, class_) if "hidden" not in each.attributes]


def test_search_leaves_the_columns_that_match(tmp_path: Path) -> None:
    elements = opened(tmp_path, SEARCH)
    names = [each.attributes["id"] for each in shown(elements, "details", "column")]
    assert names == ["minutes.TradeTotalVWAP", "quarters.TradeTotalVWAP", "hours.TradeTotalVWAP"]
    assert len(shown(elements, "section", "pass")) == 3
    assert "hidden" in elements.tagged("p", "none")[0].attributes


def test_a_link_opens_the_column_it_leads_to(tmp_path: Path) -> None:
    elements = opened(tmp_path, fragment="#quarters.SMA_3")
    unfolded = [each.attributes["id"] for each in elements.tagged("details", "column") if "open" in each.attributes]
    assert unfolded == ["quarters.SMA_3"]


def test_nothing_is_wider_than_a_phone(tmp_path: Path) -> None:
    measure = "<script>document.body.dataset.wide = document.documentElement.scrollWidth - innerWidth;</script>"
    opened_all = "<script>for (const each of document.querySelectorAll('details')) each.open = true;</script>"
    frame = f"{opened_all}{measure}"
    (body,) = opened(tmp_path, frame, width=500).tagged("body")
    assert int(body.attributes["data-wide"] or "1") <= 0
