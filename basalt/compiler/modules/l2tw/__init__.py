"""The ``l2tw`` module: the order book weighted by the time that each of its states stood."""

from basalt.compiler.modules.l2tw.module import L2TWModule

__all__ = ["L2TWModule"]
