"""``python -m tests.benchmarks``: measure, compare, print."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from .measuring import compare_contenders, measure_compile
from .report import comparison_text, verdict_lines
from .targets import compile_verdicts
from .workloads import WORKLOADS


def main() -> None:
    """Run what the command line asks for, smallest size first, and check once that all contenders agree."""
    options = _options()
    cache = options.cache.resolve()
    compiled = measure_compile(options.repeat)
    print("\n".join(verdict_lines(compile_verdicts(compiled))), flush=True)
    found = []
    for workload in options.workload:
        sizes = sorted(options.trades or WORKLOADS[workload].sizes)
        for trades in sizes:
            verify = trades == sizes[0]
            found.append(compare_contenders(workload, cache, trades, options.repeat, verify=verify))
            print(f"\n{comparison_text(found[-1])}", flush=True)
    if options.json is not None:
        plain = {"compile": asdict(compiled), "comparisons": [each.plain() for each in found]}
        options.json.write_text(json.dumps(plain, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=sys.modules[__package__].__doc__)
    parser.add_argument("--trades", type=int, nargs="+", help="sizes, in trades over five days, for every workload")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each contender; medians are reported")
    parser.add_argument("--workload", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), help="what to run")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="folder for generated data and results")
    parser.add_argument("--json", type=Path, help="file for the measurements as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
