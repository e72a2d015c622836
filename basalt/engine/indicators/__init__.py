"""Applies TA-Lib to the rows of a pass."""

from basalt.engine.indicators.applied import add_indicators
from basalt.engine.indicators.history import ReadBack
from basalt.engine.indicators.series import SortedRows

__all__ = ["ReadBack", "SortedRows", "add_indicators"]
