"""The grid of time buckets that events are put on."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.layout import SelectItem
from basalt.compiler.plan import Step
from basalt.compiler.select import add_columns
from basalt.compiler.sql import Fragment, Identifier, Literal, compose
from basalt.compiler.templates import render
from basalt.configuration import PassConfig
from basalt.configuration.buckets import NANOSECONDS, parse_origin, seconds_to_nanoseconds

_MINUTES = BucketContract(60 * NANOSECONDS)
_DAYS = BucketContract(86_400 * NANOSECONDS, anchor="start", closed="left")


def bucket_contract(config: PassConfig) -> BucketContract:
    """Return the contract of a pass over raw events: as it says, else minutes, or days for daily analytics.

    A day is labelled with its date, and an event at midnight is of the day that begins.
    """
    default = _DAYS if config.timeline_mode == "daily_analytics" else _MINUTES
    given = config.time_bucket_seconds
    return BucketContract(
        width=default.width if given is None else seconds_to_nanoseconds(given),
        anchor=config.time_bucket_anchor or default.anchor,
        closed=config.time_bucket_closed or default.closed,
        origin=parse_origin(config.time_bucket_origin) if config.time_bucket_origin else 0,
    )


@dataclass(frozen=True)
class Grid:
    """Buckets by number: rows with ``event_ns`` get ``bucket``, from which its edges follow."""

    contract: BucketContract

    def start(self, bucket: str = "bucket") -> Fragment:
        """Return the start of a row's bucket, or of the one of another column, in nanoseconds."""
        return self._edge(compose("{} * {}", Identifier(bucket), self.contract.width))

    def end(self, bucket: str = "bucket") -> Fragment:
        """Return the end of a row's bucket, or of the one of another column, in nanoseconds."""
        return self._edge(compose("({} + 1) * {}", Identifier(bucket), self.contract.width))

    def _edge(self, from_origin: Fragment) -> Fragment:
        origin = self.contract.origin
        return compose("({} + {})", Literal(origin), from_origin) if origin else from_origin

    def bucket(self, moment: str) -> Fragment:
        """Return the number of the bucket that a column of nanoseconds lies in."""
        origin = self.contract.origin
        since = compose("({} - {})", Identifier(moment), Literal(origin)) if origin else Identifier(moment)
        return render(f"expressions/bucket_{self.contract.closed}", moment=since, width=self.contract.width)

    def bucketed(self, name: str, source: str) -> Step:
        """Return the step that adds its bucket to each row of a step."""
        comment = f"{self.contract.describe()}; bucket is the number of the interval, counted from the origin"
        return Step(name, add_columns(source, [SelectItem(self.bucket("event_ns"), "bucket")]), comment)
