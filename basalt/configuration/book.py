"""What can be asked of the ``book`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from basalt.configuration.base import ConfigModel, NotTruth


class BookAnalyticsConfig(ConfigModel):
    """The book as a row per update, rebuilt from the sizes that updates set at prices; an ``l2`` pass can read it."""

    levels: Annotated[int, NotTruth, Field(ge=1, le=50)] = 10
    """How many levels of each side a row has."""
    reset: Literal["never", "day"] = "never"
    """When the book is emptied: ``never``, or at each UTC midnight, for a source that begins each day with all levels.
    With ``never`` what stands on START_DATE is found from the updates before it."""
