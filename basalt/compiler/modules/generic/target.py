"""The time buckets of a generic pass's rows: those it reads, or the ones that it puts bars into."""

from __future__ import annotations

from dataclasses import replace

from basalt.compiler.buckets import BucketContract
from basalt.compiler.calendars import Buckets, CalendarBuckets, SessionBuckets
from basalt.compiler.modules.generic.bars import Bars, analytics_of
from basalt.compiler.modules.generic.grids import CalendarGrid, FixedGrid, Grid, SessionGrid
from basalt.compiler.modules.generic.working_columns import WorkingColumns
from basalt.compiler.time_zones import TimeZone, time_zone
from basalt.configuration import PassConfig
from basalt.configuration.buckets import NANOSECONDS, parse_origin, parse_rule
from basalt.configuration.calendars import SESSION, Period, SessionConfig, parse_period
from basalt.errors import CompileError

_DAY = 86_400 * NANOSECONDS
_MICROSECOND = 1_000


def target_buckets(config: PassConfig, bars: Bars) -> Buckets | None:
    """Return the buckets of a pass's rows; None when they have no TimeBucket.

    Raises CompileError for buckets that are not made of whole ones of the source, BindingError for a time zone that
    there is not.
    """
    analytics, source, place = analytics_of(config), bars.contract, f"pass {config.name}"
    if "TimeBucket" not in analytics.group_by or source is None:
        return None
    if not isinstance(source, BucketContract):
        _check_stays(config, bars, source)
        return source
    rule, session = analytics.resample_rule, analytics.session
    source = replace(source, anchor=config.time_bucket_anchor or source.anchor)
    period = parse_period(rule) if rule else None
    if rule is not None and session is not None:
        _check_origin(config)
        return _session(rule, session, source, place)
    if rule is not None and period is not None and (period != "day" or analytics.time_zone):
        _check_origin(config)
        return _calendar(rule, period, time_zone(analytics.time_zone or "UTC", f"{place}: time_zone"), source, place)
    return _fixed(config, source, place)


def grid(target: Buckets, source: BucketContract, working: WorkingColumns) -> Grid:
    """Return how bars are put into buckets."""
    if isinstance(target, CalendarBuckets):
        return CalendarGrid(target, working)
    if isinstance(target, SessionBuckets):
        return SessionGrid(target, source.width, working)
    return FixedGrid(target, working)


def _check_stays(config: PassConfig, bars: Bars, source: Buckets) -> None:
    """Refuse to change buckets that are not all of one width."""
    place = f"pass {config.name}"
    if analytics_of(config).resample_rule is not None:
        message = f"{bars.name} has {source.describe()}, which are not resampled again"
        raise CompileError(message, place=place, suggestion="resample the narrower bars that it was made of")
    if config.time_bucket_anchor not in (None, source.anchor) or config.time_bucket_origin is not None:
        message = f"{bars.name} has {source.describe()}; a pass that reads it keeps them"
        raise CompileError(message, place=place, suggestion=f"set it on {bars.name}")


def _check_origin(config: PassConfig) -> None:
    if config.time_bucket_origin is not None:
        message = "time_bucket_origin has no meaning for buckets of a calendar or a session"
        raise CompileError(message, place=f"pass {config.name}", suggestion="leave it out")


def _fixed(config: PassConfig, source: BucketContract, place: str) -> BucketContract:
    rule, origin = analytics_of(config).resample_rule, config.time_bucket_origin
    target = replace(
        source,
        width=parse_rule(rule) if rule else source.width,
        origin=parse_origin(origin) if origin else source.origin,
    )
    if target.width % source.width:
        raise _not_a_multiple(str(rule), source, place)
    if (target.origin - source.origin) % source.width:
        message = f"time_bucket_origin does not fall on an edge of the source's {source.seconds} s buckets"
        raise CompileError(message, place=place)
    return target


def _calendar(rule: str, period: Period, zone: TimeZone, source: BucketContract, place: str) -> CalendarBuckets:
    _check_edges(f"midnight in {zone.name}", [0], zone, source, f"{place}: resample_rule {rule}")
    return CalendarBuckets(period=period, zone=zone, anchor=source.anchor, closed=source.closed)


def _session(rule: str, session: SessionConfig, source: BucketContract, place: str) -> SessionBuckets:
    zone = time_zone(session.time_zone, f"{place}: session.time_zone")
    opens, closes = session.open_seconds, session.close_seconds
    _check_edges(f"the open or close of a session in {zone.name}", [opens, closes], zone, source, f"{place}: session")
    width = None if rule == SESSION else parse_rule(rule)
    if width is not None and width % source.width:
        raise _not_a_multiple(rule, source, place)
    return SessionBuckets(
        zone=zone, opens=opens, closes=closes, width=width, anchor=source.anchor, closed=source.closed
    )


def _check_edges(what: str, edges: list[int], zone: TimeZone, source: BucketContract, place: str) -> None:
    """Refuse edges that cut a bar of the source in two, and bars finer than local times are."""
    moments = [(edge - offset) * NANOSECONDS - source.origin for edge in edges for offset in zone.offsets]
    if any(moment % source.width for moment in moments) or _DAY % source.width:
        message = f"{what} does not always fall on an edge of the source's {source.seconds} s buckets"
        raise CompileError(message, place=place, suggestion="make narrower buckets in the earlier pass")
    if source.unit != _MICROSECOND:
        message = f"buckets of a calendar are made of whole microseconds, {source.seconds} s are not"
        raise CompileError(message, place=place)


def _not_a_multiple(rule: str, source: BucketContract, place: str) -> CompileError:
    message = f"resample_rule {rule} is not a multiple of the source's {source.seconds} s"
    return CompileError(message, place=place, suggestion="choose a multiple, or narrower buckets in the earlier pass")
