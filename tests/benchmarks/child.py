"""One task in a process of its own; what came of it is printed as JSON, in the last line.

The process that starts it imports nothing large: a child's peak memory is at least that of its parent.
"""

from __future__ import annotations

import importlib
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .datasets import dataset_folder, generate, generate_quotes, results_folder
from .workloads import OWN_SQL, WORKLOADS

Outcome = dict[str, Any]

WORK_SECONDS = 0.065
"""CPU seconds of the fixed work on the machine that the compile time was measured on."""

_ROOT = Path(__file__).resolve().parents[2]
_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024


def run_in_child(task: str, **arguments: str | float) -> Outcome:
    """Return the outcome of a task, and under ``wall`` the seconds its process took.

    Raises RuntimeError with what the child wrote when it fails.
    """
    started = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.child", task, json.dumps(arguments)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{task} {arguments} failed:\n{done.stderr}"
        raise RuntimeError(message)
    return {**json.loads(done.stdout.splitlines()[-1]), "wall": time.perf_counter() - started}


def make_market(workload: str, market: str, trades: int) -> Outcome:
    """Generate the files that a workload reads at a size, unless they are there."""
    generate(Path(market), trades)
    if WORKLOADS[workload].reads_quotes:
        generate_quotes(Path(market), trades)
    return {}


def prepare(workload: str, market: str, results: str) -> Outcome:
    """Make an empty folder per contender; compile the SQL for the one that runs it by hand."""
    from basalt import compile as compile_pipeline  # noqa: PLC0415 - each task imports its own

    from . import pipelines  # noqa: PLC0415 - as above
    from .contenders import compiled  # noqa: PLC0415 - as above

    shutil.rmtree(results, ignore_errors=True)
    job, folder = WORKLOADS[workload], Path(results)
    for contender in job.present:
        (folder / contender).mkdir(parents=True)
    config = getattr(pipelines, workload)(job.dataset(Path(market)), folder)
    (folder / OWN_SQL / compiled.NAME).write_text(compile_pipeline(config).to_json())
    return {}


def contend(workload: str, market: str, contender: str, results: str) -> Outcome:
    """Import a contender, then run it: CPU seconds in all and up to the end of its imports, peak memory in bytes."""
    module = importlib.import_module(f".contenders.{workload}.{contender}", __package__)
    imports = _cpu_seconds()
    module.run(WORKLOADS[workload].dataset(Path(market)), Path(results) / contender)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_PER_UNIT
    return {"cpu": _cpu_seconds(), "imports": imports, "memory": memory}


def compare(workload: str, results: str) -> Outcome:
    """Compare what the contenders wrote with what Basalt wrote: a list of disagreements."""
    from .agreement import disagreements  # noqa: PLC0415 - each task imports its own

    return {"disagreements": disagreements(WORKLOADS[workload], Path(results))}


def agree(workload: str, cache: str, trades: int) -> Outcome:
    """Run every contender once, all in this process, and compare: a list of disagreements."""
    market, results = str(dataset_folder(Path(cache), trades)), str(results_folder(Path(cache), workload))
    make_market(workload, market, trades)
    prepare(workload, market, results)
    for contender in WORKLOADS[workload].present:
        contend(workload, market, contender, results)
    return compare(workload, results)


def time_compile(repeat: int) -> Outcome:
    """Compile a wide pipeline again and again, and do a fixed piece of work in between, which tells how fast this is.

    CPU seconds of the first compile, of the later ones and of the pieces of work; the number of columns.
    """
    from basalt import compile as compile_pipeline  # noqa: PLC0415 - each task imports its own

    from .pipelines import two_hundred_columns  # noqa: PLC0415 - as above

    importlib.import_module("talib.abstract")
    config = two_hundred_columns()
    seconds, work = [], []
    for _ in range(repeat + 1):
        work.append(_fixed_work())
        started = time.process_time()
        compiled = compile_pipeline(config, schemas={})
        seconds.append(time.process_time() - started)
    columns = sum(len(each.columns) for each in compiled.passes.values())
    return {"first": seconds[0], "later": seconds[1:], "work": work, "columns": columns}


def _fixed_work() -> float:
    """Fill a dictionary, which takes WORK_SECONDS where nothing else runs; CPU seconds it took."""
    started = time.process_time()
    squares = {str(number): number * number for number in range(200_000)}
    assert len(squares) == 200_000
    return time.process_time() - started


def _cpu_seconds() -> float:
    """User and system time of this process so far, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


_TASKS: dict[str, Callable[..., Outcome]] = {
    each.__name__: each for each in (make_market, prepare, contend, compare, agree, time_compile)
}

if __name__ == "__main__":
    print(json.dumps(_TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))
