"""One pass of a pipeline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, OneOrMany, Seconds, duplicates
from basalt.configuration.book import BookAnalyticsConfig
from basalt.configuration.buckets import (
    NANOSECONDS,
    Anchor,
    Closed,
    parse_end_of_interval,
    parse_origin,
    seconds_to_nanoseconds,
)
from basalt.configuration.generic import GenericAnalyticsConfig
from basalt.configuration.l2 import L2AnalyticsConfig, L2TWAnalyticsConfig
from basalt.configuration.outputs import OutputTarget
from basalt.configuration.quality import QualityConfig
from basalt.configuration.trade import TradeAnalyticsConfig

ModuleName = Literal["trade", "retail_imbalance", "l2", "l2tw", "book", "generic"]
_DAY = 86_400 * NANOSECONDS
_PASS_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,62}")


class PassConfig(ConfigModel):
    """One pass: modules over their inputs, on a grid of time buckets, registered as a view under ``name``."""

    name: str
    """The pass's name, and its view's; letters, digits, ``_`` and ``-``, at most 63, and no ``__``."""
    modules: Annotated[list[ModuleName], OneOrMany] = Field(min_length=1)
    """The modules that compute this pass. The rows of several are joined by listing and bucket, none is lost."""
    module_inputs: dict[ModuleName, str] = Field(default_factory=dict)
    """Module to the table of ``TABLES`` or the earlier pass that it reads in the place of its own table; a ``generic``
    module says it in ``source_pass``."""
    time_bucket_seconds: Seconds | None = None
    """Width of the time buckets in seconds, fractions allowed; 60 when not given. A ``generic`` pass takes the width
    of what it reads, or states it for a table that does not."""
    time_bucket_anchor: Anchor | None = None
    """Which end of its bucket a row is labelled with; ``end`` when not given, for ``generic`` that of its source."""
    time_bucket_closed: Closed | None = None
    """Which end of its bucket belongs to it; ``right`` when not given, for ``generic`` that of its source."""
    time_bucket_origin: str | None = None
    """Where buckets are counted from, UTC: a time of day or a timestamp; the Unix epoch when not given."""
    timeline_mode: Literal["sparse_original", "dense", "daily_analytics"] = "sparse_original"
    """``sparse_original``: a row for each bucket in which something happened; ``dense``: for every bucket of a listing
    between its first and its last one of a UTC day. In buckets without anything flows are 0, states and labels stay
    what they were on the day, everything else is null. ``daily_analytics``: one row per listing and UTC day, labelled
    with the day: buckets of 86,400 s from midnight, or from ``time_bucket_origin``, closed ``left`` with their start as
    label, unless ``time_bucket_closed`` and ``time_bucket_anchor`` say otherwise."""
    timeline_interval: list[str] | None = Field(default=None, min_length=2, max_length=2)
    """For ``dense``: the times of day, UTC, between which there is every bucket, and no other, of each listing on each
    day on which it has one: ``["08:00", "16:30"]``; ``24:00`` is the end of the day."""
    timeline_market_states: Annotated[list[str], OneOrMany] = Field(default_factory=list)
    """For ``dense``: the market states of the table ``marketstate`` in whose phases there is every bucket, and no
    other, of each listing on each day on which it has one: ``CONTINUOUS_TRADING``. A bucket that has any time of a
    phase is one. All other market states are breaks of the session, over which no state is carried."""
    trade_analytics: TradeAnalyticsConfig | None = None
    """What the ``trade`` module computes."""
    l2_analytics: L2AnalyticsConfig | None = None
    """What the ``l2`` module computes."""
    l2tw_analytics: L2TWAnalyticsConfig | None = None
    """What the ``l2tw`` module computes."""
    book_analytics: BookAnalyticsConfig | None = None
    """What the ``book`` module rebuilds."""
    generic_analytics: GenericAnalyticsConfig | None = None
    """What the ``generic`` module computes."""
    output: OutputTarget | None = None
    """Where this pass lands; ``OUTPUT_TARGET`` of the pipeline when not given."""
    extra_outputs: list[OutputTarget] = Field(default_factory=list)
    """Where it lands besides."""
    quality: QualityConfig | None = None
    """What must hold for this pass before it lands; ``QUALITY`` of the pipeline when not given."""

    @field_validator("name")
    @classmethod
    def _usable_name(cls, name: str) -> str:
        if not _PASS_NAME.fullmatch(name) or "__" in name:
            message = f"{name!r} is not a pass name: letters, digits, '_' and '-', at most 63, no '__'"
            raise ValueError(message)
        return name

    @field_validator("time_bucket_seconds")
    @classmethod
    def _whole_nanoseconds(cls, seconds: float | None) -> float | None:
        if seconds is not None:
            seconds_to_nanoseconds(seconds)
        return seconds

    @field_validator("time_bucket_origin", mode="before")
    @classmethod
    def _origin(cls, origin: Any) -> str | None:  # noqa: ANN401 - YAML gives text, dates or times
        if origin is None:
            return None
        parse_origin(origin)
        return origin if isinstance(origin, str) else origin.isoformat()

    @field_validator("modules")
    @classmethod
    def _each_module_once(cls, modules: list[ModuleName]) -> list[ModuleName]:
        if repeated := duplicates(modules):
            message = f"{', '.join(repeated)} is named twice"
            raise ValueError(message)
        return modules

    @field_validator("timeline_interval", mode="before")
    @classmethod
    def _interval(cls, times: Any) -> Any:  # noqa: ANN401 - YAML gives text or times
        if not isinstance(times, (list, tuple)) or len(times) != 2:  # noqa: PLR2004 - pydantic says what is wrong
            return times
        begin, end = parse_origin(times[0]), parse_end_of_interval(times[1])
        if not 0 <= begin < end <= _DAY:
            message = "an interval has two times of one day, the earlier one first: [08:00, 16:30]"
            raise ValueError(message)
        return [time if isinstance(time, str) else time.isoformat() for time in times]

    @model_validator(mode="after")
    def _modules_are_configured(self) -> PassConfig:
        configured = {
            "trade": self.trade_analytics,
            "l2": self.l2_analytics,
            "l2tw": self.l2tw_analytics,
            "book": self.book_analytics,
            "generic": self.generic_analytics,
        }
        found = [*self._unread_inputs(), *self._unused_buckets(), *self._wrong_timeline()]
        for module, analytics in configured.items():
            section = f"{module}_analytics"
            if module in self.modules and analytics is None:
                found.append(Disagreement((section,), f"module {module} needs {section}"))
            if module not in self.modules and analytics is not None:
                found.append(Disagreement((section,), f"{section} is given but modules does not name {module}"))
        if found:
            raise DisagreementError(found)
        return self

    def _unused_buckets(self) -> Iterator[Disagreement]:
        """Yield what is said of time buckets where a row is one update."""
        for name in ("time_bucket_seconds", "time_bucket_anchor", "time_bucket_closed", "time_bucket_origin"):
            if "book" in self.modules and getattr(self, name) is not None:
                yield Disagreement((name,), "a book has a row per update, and no time buckets")

    def _wrong_timeline(self) -> Iterator[Disagreement]:
        """Yield what does not fit together of the timeline."""
        if self.timeline_mode == "daily_analytics":
            yield from self._wrong_for_days()
        if self.timeline_interval is not None and self.timeline_mode != "dense":
            yield Disagreement(("timeline_interval",), "an interval is of timeline_mode: dense")
        if self.timeline_market_states and self.timeline_mode != "dense":
            yield Disagreement(("timeline_market_states",), "market states are of timeline_mode: dense")
        if self.timeline_market_states and self.timeline_interval is not None:
            message = "a timeline is of an interval of the day or of market states, not of both"
            yield Disagreement(("timeline_market_states",), message)
        for module, analytics in (("l2", self.l2_analytics), ("l2tw", self.l2tw_analytics)):
            breaks = analytics.session_breaks if analytics is not None else []
            if both := [state for state in breaks if state in self.timeline_market_states]:
                message = f"{', '.join(both)} cannot be of timeline_market_states and a break"
                yield Disagreement((f"{module}_analytics", "session_breaks"), message)

    def _wrong_for_days(self) -> Iterator[Disagreement]:
        """Yield what is said of other buckets than days."""
        if self.time_bucket_seconds is not None:
            message = "daily_analytics has a row per day; leave time_bucket_seconds out"
            yield Disagreement(("time_bucket_seconds",), message)
        if "generic" in self.modules:
            message = "daily_analytics is of events; a generic pass has days with resample_rule: 1d"
            yield Disagreement(("timeline_mode",), message)
        if "book" in self.modules:
            yield Disagreement(("timeline_mode",), "a book has a row per update, and no days")

    def _unread_inputs(self) -> Iterator[Disagreement]:
        """Yield the inputs of modules that do not read them."""
        for module in self.module_inputs:
            if module == "generic":
                yield Disagreement(("module_inputs", module), "generic reads what its source_pass names")
            elif module not in self.modules:
                yield Disagreement(("module_inputs", module), f"an input of {module}, which modules does not name")
