"""The example pipeline that comes with the sample."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from basalt.sample.session import trading_days

if TYPE_CHECKING:
    from pathlib import Path

    from basalt.sample.options import SampleOptions

_FIRST_LINE = "# An example pipeline over the sample market in data/."

_TEXT = Template("""\
$first_line
#
# Two passes: trades become one-minute bars per listing, and those become quarter-hour bars per instrument.
# Paths are relative to this file.

DATASETNAME: sample

# The days that are read, both included. Without them, everything is.
START_DATE: $start_date
END_DATE: $end_date

# The sources. Their columns already have the canonical names, so a path is enough for each;
# data/l2/**/*.parquet and data/marketstate.parquet hold the book and the market states of the same days.
TABLES:
  trades: data/trades/**/*.parquet
  reference: data/reference.parquet

# Every pass is written to a Parquet file of its own.
OUTPUT_TARGET:
  type: parquet
  path_template: output/{datasetname}/{pass}/{start_date}_{end_date}.parquet

PASSES:
  # Pass 1: one row per listing and minute in which it traded. Lit continuous trades count.
  # A row is labelled with the end of its minute, which belongs to it: (09:00:00, 09:01:00] is 09:01.
  - name: pass1
    modules: [trade]
    time_bucket_seconds: 60
    time_bucket_anchor: end
    time_bucket_closed: right
    trade_analytics:
      generic_metrics:
        # TradeTotalVolume, TradeTotalNotionalEUR, TradeTotalVWAP
        - measures: [Volume, NotionalEUR, VWAP]
          sides: [Total]
        # Open, High, Low, Close
        - measures: [OHLC]

  # Pass 2: one row per instrument and quarter of an hour, over all its venues.
  # InstrumentId comes from the reference table, joined on ListingId.
  - name: pass2
    modules: [generic]
    generic_analytics:
      source_pass: pass1
      group_by: [InstrumentId, TimeBucket]
      resample_rule: 15m
      aggregations:
        TradeTotalVolume: sum
        TradeTotalNotionalEUR: sum
        Close: last
      # SMA_14: the mean of the last 14 closes, null before there are 14.
      talib_indicators:
        - name: SMA
          input_col: Close
          timeperiod: 14
""")


def pipeline_text(options: SampleOptions) -> str:
    """Return the pipeline file for a sample of these options, as YAML."""
    days = trading_days(options)
    return _TEXT.substitute(first_line=_FIRST_LINE, start_date=days[0].date, end_date=days[-1].date)


def is_sample_pipeline(path: Path) -> bool:
    """Tell whether a file is the example pipeline of a sample, by its first line."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline().rstrip() == _FIRST_LINE
