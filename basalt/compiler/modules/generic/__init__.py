"""The ``generic`` module: joins reference data, regroups, resamples, aggregates and adds indicators."""

from basalt.compiler.modules.generic.module import GenericModule

__all__ = ["GenericModule"]
