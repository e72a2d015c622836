from __future__ import annotations

import json
import re

from command_line import FIVE_MINUTES, MINUTES, TABLES, Command, write_pipeline

TREE = """\
five_minutes.Close = last of minutes.Close by ListingId, TimeBucket, from its states
├── minutes.Close = arg_max(LocalPrice, event_order)
│   ├── trades.LocalPrice = CASE WHEN isfinite(LocalPrice) THEN LocalPrice END  (from LocalPrice)
│   └── trades.TradeTimestamp
└── minutes.ListingId
    └── trades.ListingId

rows of five_minutes
├── key ListingId: minutes: ListingId
└── key TimeBucket, 300 s buckets (start, end], labelled by their end: minutes: TimeBucket

rows of minutes
├── key ListingId: trades: ListingId
├── key TimeBucket, 60 s buckets (start, end], labelled by their end: trades: TradeTimestamp
└── trades with a size: trades: NOT isnan(Size) AND isfinite(Size)
"""


def test_a_tree_down_to_the_sources(command: Command) -> None:
    done = command("lineage", "Close", "--pass", "five_minutes", "--pipeline", "pipeline.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out == TREE


def test_a_column_of_several_passes_is_shown_for_each(command: Command) -> None:
    done = command("lineage", "Close", "--pipeline", "pipeline.yaml")
    assert done.out.startswith("minutes.Close = arg_max(")
    assert done.out.endswith(f"\n\n{TREE}")


def test_what_was_shown_before_is_not_shown_again(command: Command) -> None:
    twice = {"name": "EMA", "input_col": "Close", "timeperiod": 2, "output_col": "Smooth"}
    added = {"name": "ADD", "inputs": {"price0": "Smooth", "price1": "Close"}}
    first = {**FIVE_MINUTES["generic_analytics"], "talib_indicators": [twice]}
    then = {"source_pass": "five_minutes", "talib_indicators": [added]}
    passes = [MINUTES, {**FIVE_MINUTES, "generic_analytics": first}]
    last = {"name": "sums", "modules": ["generic"], "generic_analytics": then}
    write_pipeline({"TABLES": TABLES, "PASSES": [*passes, last]})
    out = command("lineage", "ADD", "--pipeline", "pipeline.yaml").out
    assert out.count("minutes.Close = arg_max(LocalPrice, event_order)\n") == 1
    assert out.count("(as above)") == 1


def test_json_holds_nodes_and_edges(command: Command) -> None:
    done = command("lineage", "Close", "--pass", "minutes", "--pipeline", "pipeline.yaml", "--json")
    (told,) = json.loads(done.out)["columns"]
    assert list(told) == ["column", "pass_name", "nodes", "edges"]
    assert told["nodes"][0]["id"] == "minutes.Close"
    edge = {"source": "trades.Size", "target": "rows of minutes", "role": "filter", "what": "trades with a size"}
    assert edge in told["edges"]


def test_mermaid_is_a_flowchart_whose_arrows_join_its_boxes(command: Command) -> None:
    done = command("lineage", "Close", "--pass", "five_minutes", "--pipeline", "pipeline.yaml", "--mermaid")
    head, *lines = done.out.splitlines()
    assert head == "flowchart LR"
    boxes = set(re.findall(r'^ {8}(n\d+)[\[{(]+"[^"\n]*"[\]})]+$', done.out, re.MULTILINE))
    arrows = re.findall(r"^ {4}(n\d+) -\.?->(?:\|key\|)? (n\d+)$", done.out, re.MULTILINE)
    assert boxes == {each for arrow in arrows for each in arrow}
    kept = [
        line for line in lines if not re.match(r"^ {4}(subgraph r\d+\[\"\w+\"\]|end|n\d+ .*|style n0 .*)$|^ {8}n", line)
    ]
    assert kept == []
    assert 'n0["Close<br/>last of minutes.Close by ListingId, TimeBucket, from its states"]' in done.out


def test_calls_that_make_no_sense(command: Command) -> None:
    assert command("lineage", "Close").err.startswith("error BAS104: --pipeline\n  no pipeline file is given\n")
    both = command("lineage", "Close", "--pipeline", "pipeline.yaml", "--json", "--mermaid")
    assert (both.code, both.err.splitlines()[0]) == (2, "error BAS104: --mermaid")
    unknown = command("lineage", "Closs", "--pipeline", "pipeline.yaml")
    assert "did you mean 'Close'?" in unknown.err
