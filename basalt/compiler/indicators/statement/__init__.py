"""Indicators as steps of a pass's SQL."""

from basalt.compiler.indicators.statement.whole import PlainPass, with_indicators

__all__ = ["PlainPass", "with_indicators"]
