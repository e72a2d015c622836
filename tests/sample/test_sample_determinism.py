from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import basalt
from basalt.sample import SampleOptions, write_sample

if TYPE_CHECKING:
    from conftest import WrittenSample

OPTIONS = SampleOptions(instruments=2, venues=2, days=2, trades=600, updates=600, levels=3, seed=5)
PROGRAM = """
import sys
from pathlib import Path
from basalt.sample import SampleOptions, write_sample
options = SampleOptions(instruments=2, venues=2, days=2, trades=600, updates=600, levels=3, seed=5)
write_sample(Path(sys.argv[1]), options)
"""


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def start_writing(folder: Path, hash_seed: str) -> subprocess.Popen[bytes]:
    root = str(Path(basalt.__file__).parents[1])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root, "TZ": "Asia/Tokyo"}
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], env=environment)


def test_files_are_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    with start_writing(tmp_path / "first", "1") as first, start_writing(tmp_path / "second", "2") as second:
        write_sample(tmp_path / "here", OPTIONS)
    assert (first.returncode, second.returncode) == (0, 0)
    here = digests(tmp_path / "here")
    assert len(here) == 7
    assert digests(tmp_path / "first") == here
    assert digests(tmp_path / "second") == here


def test_another_seed_is_another_market(tmp_path: Path) -> None:
    write_sample(tmp_path / "one", OPTIONS)
    write_sample(tmp_path / "other", replace(OPTIONS, seed=6))
    one, other = digests(tmp_path / "one"), digests(tmp_path / "other")
    assert {name for name in one if one[name] == other[name]} == {"pipeline.yaml"}


def test_overwriting_gives_the_same_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path, OPTIONS)
    before = digests(tmp_path)
    write_sample(tmp_path, replace(OPTIONS, overwrite=True))
    assert digests(tmp_path) == before


def test_values_are_the_same_on_every_machine(sample: WrittenSample) -> None:
    trades = sample.rows(
        "SELECT epoch_ns(TradeTimestamp), ListingId, Price, Size, AggressorSide, PostTradeMid1000ms FROM trades "
        "ORDER BY date, ListingId, BMLLSequenceNo"
    )
    book = sample.rows(
        "SELECT epoch_ns(EventTimestamp), ListingId, BidPrice5, AskQuantity1, BidNumOrders2 FROM l2 "
        "ORDER BY date, ListingId, BMLLSequenceNo"
    )
    assert hashlib.sha256(repr(trades).encode()).hexdigest()[:16] == "fd050223d80543dd"
    assert hashlib.sha256(repr(book).encode()).hexdigest()[:16] == "f833af7e6c007a63"
