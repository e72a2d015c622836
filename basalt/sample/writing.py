"""Writing a whole sample, day by day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from basalt.errors import OutputError
from basalt.sample.files import SampleFolder
from basalt.sample.instruments import Market, build_market
from basalt.sample.l2_table import l2_rows
from basalt.sample.manifest import SampleManifest
from basalt.sample.market import market_days
from basalt.sample.parquet import write_parquet
from basalt.sample.pipeline import pipeline_text
from basalt.sample.reference_tables import marketstate_rows, reference_rows
from basalt.sample.schedule import plan_session
from basalt.sample.session import trading_days
from basalt.sample.trade_table import trade_rows

if TYPE_CHECKING:
    from pathlib import Path

    from basalt.sample.options import SampleOptions


def write_market(folder: Path, options: SampleOptions) -> SampleManifest:
    """Write the sample; what ``basalt.sample.write_sample`` promises."""
    target = SampleFolder(folder)
    try:
        left_over = target.claim(options)
        rows = _write_tables(target, build_market(options))
        target.pipeline.write_text(pipeline_text(options), encoding="utf-8", newline="\n")
        for path in left_over:
            path.unlink()
    except OSError as error:
        message = f"the sample cannot be written: {error}"
        raise OutputError(message, place=str(folder)) from error
    return SampleManifest(folder=folder, rows=rows, files=target.targets(options), pipeline=target.pipeline)


def _write_tables(target: SampleFolder, market: Market) -> dict[str, int]:
    options = market.options
    rows = Counter[str]()
    for day in market_days(market):
        date = day.session.day.date
        rows["trades"] += write_parquet(target.trades(date), trade_rows(day), options)
        rows["l2"] += write_parquet(target.l2(date), l2_rows(day), options)
    states = (marketstate_rows(market, plan_session(market, day)) for day in trading_days(options))
    rows["reference"] = write_parquet(target.reference, [reference_rows(market)], options)
    rows["marketstate"] = write_parquet(target.marketstate, states, options)
    return dict(rows)
