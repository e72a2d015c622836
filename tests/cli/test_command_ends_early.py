"""Ctrl-C, and readers that stop reading."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import MINUTES, TABLES, in_process_of_its_own, process_arguments, write_pipeline

FOR_MINUTES = "levenshtein(repeat(LocalPrice::VARCHAR, 5000), repeat(Size::VARCHAR, 5000)) >= 0"
"""True, and a long time in the telling: a second for each trade."""


def test_ctrl_c_while_a_pipeline_is_read(folder: Path) -> None:
    (folder / "pipeline.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    done = in_process_of_its_own("compile", "pipeline.py", cwd=folder)
    assert (done.code, done.out, done.err) == (130, "", "interrupted\n")


def test_ctrl_c_while_a_query_runs_leaves_the_old_result(folder: Path) -> None:
    trades = pa.concat_tables([pq.read_table("trades.parquet")] * 40)
    pq.write_table(trades, "trades.parquet", row_group_size=1)
    (folder / "minutes.parquet").write_text("the old result")
    slow = {"path": TABLES["trades"], "filter": FOR_MINUTES}
    written = {**MINUTES, "output": {"path_template": "minutes.parquet"}}
    write_pipeline({"TABLES": {"trades": slow}, "PASSES": [written]})
    arguments = process_arguments("pipeline", "run", "pipeline.yaml")
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "minutes: started\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "interrupted\n")
    assert (folder / "minutes.parquet").read_text() == "the old result"
    assert list(folder.glob("**/*.part")) == []


@pytest.mark.parametrize(
    "arguments",
    [("compile", "pipeline.yaml"), ("pipeline", "datasets", "pipeline.yaml"), ("schema",)],
)
def test_a_reader_that_has_gone_is_no_error(folder: Path, arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = in_process_of_its_own(*arguments, cwd=folder, stdout=writer)
    finally:
        os.close(writer)
    assert (done.code, done.err) == (141, "")
