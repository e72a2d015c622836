"""A market in the columns of the golden case ``mapped_source``: files by date, and sectors that change overnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from markets.moments import MIDNIGHT
from markets.trades import VENUES
from oracles.buckets import DAY, Contract, day_of
from oracles.reference import by_validity
from oracles.trades import Trade, read_trades

from golden.executed import Draw, drawn_market

SYMBOLS = {11: "AIG", 12: "AIG", 13: "AIG", 21: "IBM", 22: "IBM", 31: "MSFT"}
UNIVERSE = ("AIG", "IBM")
EPOCH = date(1970, 1, 1)
DAYS = ((date(2013, 10, 7) - EPOCH).days, (date(2013, 10, 8) - EPOCH).days)
SHIFT = DAYS[1] * DAY - MIDNIGHT
"""Moves a market around its midnight to the midnight between the two days."""


@cache
def identity(symbol: str, venue: str) -> int:
    """What the case maps to ListingId."""
    return duckdb.execute("SELECT hash(?::VARCHAR, ?::VARCHAR)", [symbol, venue]).fetchall()[0][0]


@dataclass(frozen=True)
class SomeoneElsesMarket:
    """Rows in the source's own columns, times in nanoseconds."""

    contract: Contract
    rows: list[dict[str, Any]]

    def write(self, folder: Path) -> Path:
        """Write the trades and the reference to where the case reads them, and return the folder."""
        for day in {day_of(row["ts"]) for row in self.rows}:
            path = folder / "data/trades" / f"date={EPOCH + timedelta(days=day)}" / "part.parquet"
            path.parent.mkdir(parents=True)
            pq.write_table(table([row for row in self.rows if day_of(row["ts"]) == day]), path)
        lines = [f"{row['ListingId']},{row['Sector']},{row['From']},{row['To'] or ''}" for row in self.reference()]
        (folder / "data/reference.csv").write_text("\n".join(["ListingId,Sector,ValidFrom,ValidTo", *lines]) + "\n")
        return folder

    def trades(self) -> list[Trade]:
        """The trades that the case reads, in order."""
        return read_trades(canonical(row) for row in self.rows if self.is_read(row))

    def is_read(self, row: dict[str, Any]) -> bool:
        """Tell whether a row is of the universe, of the days, and not suspicious."""
        day = day_of(self.contract.start(row["ts"]))
        return row["symbol"] in UNIVERSE and DAYS[0] <= day <= DAYS[1] and not row["suspicious"]

    def names(self, listing: int) -> dict[str, str]:
        """The venue and the symbol of a listing."""
        pairs = {(SYMBOLS[each], VENUES[each]) for each in SYMBOLS}
        return next({"MIC": venue, "Ticker": name} for name, venue in pairs if identity(name, venue) == listing)

    def reference(self) -> list[dict[str, Any]]:
        """Sectors by listing: those of AIG change on the second day; IBM at XBBB is missing."""
        before, after = EPOCH + timedelta(days=DAYS[0]), EPOCH + timedelta(days=DAYS[1])
        found = []
        for venue in ("XAAA", "XBBB", "XCCC"):
            listing = identity("AIG", venue)
            found.append({"ListingId": listing, "Sector": "Insurance", "From": date(2013, 1, 1), "To": before})
            found.append({"ListingId": listing, "Sector": "Technology", "From": after, "To": None})
        ibm = identity("IBM", "XAAA")
        return [*found, {"ListingId": ibm, "Sector": "Technology", "From": date(2013, 1, 1), "To": None}]

    def sector(self, trade: Trade) -> str | None:
        """The sector of the bar that a trade is in."""
        rows = [
            {**row, "ValidFrom": (row["From"] - EPOCH).days, "ValidTo": row["To"] and (row["To"] - EPOCH).days}
            for row in self.reference()
        ]
        bar = {"ListingId": trade.listing, "TimeBucket": self.contract.label(trade.event)}
        return by_validity(rows, "Sector", self.contract)(bar)["Sector"]


def market(draw: Draw, contract: Contract) -> SomeoneElsesMarket:
    """Draw a market."""
    rows = [renamed(row, suspicious=draw(st.booleans())) for row in drawn_market(draw, contract, "us").rows]
    return SomeoneElsesMarket(contract, rows)


def renamed(row: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return a canonical row in the source's columns, with whole sizes."""
    size = row["Size"]
    return {
        "symbol": SYMBOLS[row["ListingId"]],
        "venue": VENUES[row["ListingId"]],
        "ts": row["TradeTimestamp"] + SHIFT,
        "seq": row["BMLLSequenceNo"],
        "price": row["LocalPrice"],
        "size": None if size is None else int(2 * size),
        **more,
    }


def canonical(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the case maps it."""
    unknown = row["price"] is None or row["size"] is None
    return {
        "ListingId": identity(row["symbol"], row["venue"]),
        "TradeTimestamp": row["ts"],
        "BMLLSequenceNo": row["seq"],
        "LocalPrice": row["price"],
        "Size": row["size"],
        "TradeNotionalEUR": None if unknown else row["price"] * row["size"] * 0.74,
    }


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as the source's table, without the date that is the name of its folder."""
    times = pa.array([row["ts"] // 1_000 for row in rows], pa.int64()).cast(pa.timestamp("us"))
    types = {"symbol": pa.string(), "seq": pa.int32(), "venue": pa.string(), "price": pa.float64(), "size": pa.int32()}
    columns = {name: pa.array([row[name] for row in rows], type_) for name, type_ in types.items()}
    suspicious = pa.array([row["suspicious"] for row in rows], pa.bool_())
    return pa.table({"ts": times, **columns, "cond": pa.nulls(len(rows), pa.string()), "suspicious": suspicious})
