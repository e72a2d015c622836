"""ClickHouse through chdb: sums with a condition per side, distributions beside them."""

from __future__ import annotations

from pathlib import Path

import chdb

from tests.benchmarks.contenders.clickhouse import rows_of, trades, write
from tests.benchmarks.datasets import Dataset

_SIDES = {"Bid": " AND AggressorSide = 2", "Ask": " AND AggressorSide = 1", "Total": ""}
_FLOWS = {
    "Volume": "ifNull(sumIf(Size, lit{side}), 0)",
    "Count": "toInt64(countIf(lit{side}))",
    "Notional": "ifNull(sumIf(TradeNotional, lit{side}), 0)",
    "NotionalEUR": "ifNull(sumIf(TradeNotionalEUR, lit{side}), 0)",
    "NotionalUSD": "ifNull(sumIf(TradeNotionalUSD, lit{side}), 0)",
    "RetailCount": "toInt64(countIf(lit AND BMLLParticipantType = 'RETAIL'{side}))",
    "BlockCount": "toInt64(countIf(lit AND IsBlock = 'Y'{side}))",
    "AuctionNotional": "ifNull(sumIf(TradeNotional, position(Classification, 'AUCTION') > 0{side}), 0)",
    "OTCVolume": "ifNull(sumIf(Size, position(Classification, 'OTC') > 0{side}), 0)",
    "VWAP": "sumOrNullIf(LocalPrice * Size, lit{side}) / sumOrNullIf(Size, lit{side})",
    "AvgPrice": "avgOrNullIf(LocalPrice, lit{side})",
}
_PRICES = {
    "Open": "argMinOrNullIf(LocalPrice, place, lit{side})",
    "High": "maxOrNullIf(LocalPrice, lit{side})",
    "Low": "minOrNullIf(LocalPrice, lit{side})",
    "Close": "argMaxOrNullIf(LocalPrice, place, lit{side})",
}
_CHANGE = (
    "log(LocalPrice / lagInFrame(toNullable(LocalPrice)) OVER "
    "(PARTITION BY {keys} ORDER BY place ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))"
)


def run(data: Dataset, folder: Path) -> None:
    write(rows_of(chdb.query, wide(trades(data.files, 900)), 900), folder / "wide.parquet")


def wide(source: str) -> str:
    """The wide query over trades."""
    sums = ",\n".join(column for side in _SIDES for column in _sums(side))
    distributions = ",\n".join(column for side in _SIDES for column in _distributions(side))
    names = [f"sums.{name}" for name in ("ListingId", "bucket", "MIC", "Ticker")]
    return f"""
WITH sums AS (
    SELECT ListingId, bucket, any(MIC) AS MIC, any(Ticker) AS Ticker, {sums} FROM ({source}) GROUP BY ListingId, bucket
),
changes AS (
    SELECT
        ListingId, bucket, AggressorSide, LocalPrice,
        {_CHANGE.format(keys="ListingId, bucket")} AS change,
        {_CHANGE.format(keys="ListingId, bucket, AggressorSide")} AS change_of_side
    FROM ({source})
    WHERE lit
),
distributions AS (SELECT ListingId, bucket, {distributions} FROM changes GROUP BY ListingId, bucket)
SELECT {", ".join(names)}, sums.* EXCEPT (ListingId, bucket, MIC, Ticker), distributions.* EXCEPT (ListingId, bucket)
FROM sums LEFT JOIN distributions USING (ListingId, bucket)
SETTINGS join_use_nulls = 1, output_format_arrow_string_as_string = 1
"""


def _sums(side: str) -> list[str]:
    prices = "" if side == "Total" else f"Trade{side}"
    named = {f"Trade{side}{name}": text for name, text in _FLOWS.items()}
    named |= {f"{prices}{name}": text for name, text in _PRICES.items()}
    return [f"{text.format(side=_SIDES[side])} AS {name}" for name, text in named.items()]


def _distributions(side: str) -> list[str]:
    change = "change" if side == "Total" else "change_of_side"
    where = f"isNotNull({change}){_SIDES[side]}"
    deviation = f"stddevSampStableIf({change}, {where}) * sqrt(24192 * countIf({where}))"
    return [
        f"quantileExactInclusiveOrNullIf(0.5)(LocalPrice, 1{_SIDES[side]}) AS Trade{side}MedianPrice",
        f"if(countIf({where}) > 1, {deviation}, NULL) AS Trade{side}Volatility",
    ]
