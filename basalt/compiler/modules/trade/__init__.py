"""The ``trade`` module: metrics of trades per listing and time bucket."""

from basalt.compiler.modules.trade.module import TradeModule

__all__ = ["TradeModule"]
