"""A page that documents a pipeline."""

from basalt.documentation.page import page

__all__ = ["page"]
