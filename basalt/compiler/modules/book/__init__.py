"""The ``book`` module: books rebuilt from updates of single prices."""

from basalt.compiler.modules.book.module import BookModule

__all__ = ["BookModule"]
