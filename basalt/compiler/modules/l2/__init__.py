"""The ``l2`` module: the order book as it stands at the last update of a bucket, and its prices over the bucket."""

from basalt.compiler.modules.l2.module import L2Module

__all__ = ["L2Module"]
