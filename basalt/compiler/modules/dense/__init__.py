"""A dense timeline: rows for every bucket, what is empty filled by the kind of each column."""

from basalt.compiler.modules.dense.module import DenseModule

__all__ = ["DenseModule"]
