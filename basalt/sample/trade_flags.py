"""The columns that mark trades: how they were made, in what lots, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.columns import labels
from basalt.sample.tape import Kind

if TYPE_CHECKING:
    import pyarrow as pa

    from basalt.sample.arrays import Flags
    from basalt.sample.draws import Draws
    from basalt.sample.executions import Executions

_ABSENT_CHANCE = 0.04
_NEGOTIATED_CHANCE = 0.6
_CROSSING_CHANCE = 0.15
_ALGORITHMIC_CHANCE = 0.55
_ICEBERG_CHANCE = 0.05
_RETAIL_CHANCE = 0.12
_ODD_LOT_RETAIL_CHANCE = 0.45
_NEGOTIATED_KINDS = (Kind.OFF_BOOK_ON_EXCHANGE, Kind.OTC)


def flag_columns(trades: Executions, draws: Draws) -> dict[str, pa.Array]:
    """Return the columns; some are null now and then, as vendors leave them."""
    count = len(trades.time)
    negotiated = np.isin(trades.kind, _NEGOTIATED_KINDS) & draws.chance(count, _NEGOTIATED_CHANCE)
    crossing = (trades.kind == Kind.OFF_BOOK_ON_EXCHANGE) & draws.chance(count, _CROSSING_CHANCE)
    lit = trades.kind == Kind.LIT_CONTINUOUS
    algorithmic = lit & draws.chance(count, _ALGORITHMIC_CHANCE)
    iceberg = lit & draws.chance(count, _ICEBERG_CHANCE)
    retail_chance = np.where(trades.odd_lot, _ODD_LOT_RETAIL_CHANCE, _RETAIL_CHANCE)
    retail = (trades.kind != Kind.DARK_CONTINUOUS) & ~trades.block & (draws.uniform(count) < retail_chance)
    absent = [draws.chance(count, _ABSENT_CHANCE) for _ in range(4)]
    return {
        "NegotiatedTrade": _marked(negotiated, "-", "Y", absent[0]),
        "CrossingTrade": _marked(crossing, "-", "Y"),
        "AlgorithmicTrade": _marked(algorithmic, "-", "H"),
        "IcebergExecution": _marked(iceberg, "-", "Y"),
        "IsBlock": _marked(trades.block, "N", "Y", absent[1]),
        "LotType": _marked(trades.odd_lot, "ROUND", "Odd Lot", absent[2]),
        "ParticipantType": labels(np.zeros(count, dtype=np.int64), ["UNKNOWN"]),
        "BMLLParticipantType": _marked(retail, "UNKNOWN", "RETAIL", absent[3]),
    }


def _marked(flags: Flags, unmarked: str, marked: str, missing: Flags | None = None) -> pa.Array:
    return labels(flags.astype(np.int64), (unmarked, marked), missing)
