"""Which days are computed: those asked for, and around them those that a bucket over several days needs.

A row belongs to the UTC day that its bucket starts on, or, of a calendar's bucket labelled by its end, that it ends on.
Rows of a range are whole, wherever the range begins and ends: where an edge of the range cuts a bucket, all passes are
computed for the days around as well, and show the rows of the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from basalt.compiler.buckets import BucketContract
from basalt.compiler.calendars import Buckets, CalendarBuckets
from basalt.compiler.day_range import Day, DayParameter, DayRange, known, later
from basalt.compiler.events import EventTable, Margin
from basalt.compiler.moments import nanoseconds, within
from basalt.compiler.plan import PlannedPass
from basalt.compiler.sql import Fragment, Identifier, Literal, compose
from basalt.configuration.buckets import NANOSECONDS
from basalt.configuration.days import Days, midnight

_DAY = 86_400 * NANOSECONDS
_LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_ZONE = 1
"""Days by which a local day or a session may lie beside the UTC day."""


def labels_of(days: DayRange, contract: Buckets, type_: str) -> list[Fragment]:
    """Return the conditions that a row's ``TimeBucket``, of a DuckDB type, belongs to some days."""
    lower = None if days.first is None else contract.first_label(days.first)
    upper = None if days.following is None else contract.first_label(days.following)
    return within(Identifier("TimeBucket"), type_, (lower, upper), "left")


def reaching(events: EventTable, contract: Buckets | None) -> EventTable:
    """Return a table of events with the margin that buckets over the ends of days need as well."""
    if not isinstance(contract, BucketContract) or contract.is_within_days:
        return events
    margin = events.margin
    after = Margin(before=margin.before, after=margin.after + contract.width)
    return events.model_copy(update={"margin": after})


def weekdays_only(planned: PlannedPass, types: Mapping[str, str]) -> list[Fragment]:
    """Return the conditions that a row belongs to a day from Monday to Friday; ``types`` are those of its columns."""
    column = "TimeBucket" if planned.contract else "EventTimestamp"
    if column not in types:
        return []
    offset = planned.contract.label_offset if planned.contract else 0
    start = nanoseconds(Identifier(column), types[column])
    moment = compose("{} - {}", start, Literal(offset)) if offset else start
    return [compose("isodow(make_timestamp_ns({})) < 6", moment)]


def days_computed(passes: Mapping[str, PlannedPass], asked: Days) -> Days:
    """Return the days that passes have to be computed for, so that those asked for have whole rows."""
    found = range_computed(passes, DayRange(asked.first, asked.last))
    return Days(known(found.first), known(found.last))


def range_computed(passes: Mapping[str, PlannedPass], asked: DayRange) -> DayRange:
    """Return the same for days that may be parameters, whose midnights are taken to cut what may be cut."""
    before = 0 if asked.first is None else _reach(passes, asked.first)
    after = 0 if asked.following is None else _reach(passes, asked.following)
    first = None if asked.first is None else later(asked.first, -before)
    return DayRange(first, None if asked.last is None else later(asked.last, after))


def days_read(passes: Mapping[str, PlannedPass], name: str, asked: Days) -> Days:
    """Return the days that a pass is computed from, to have whole rows and indicators for those asked for."""
    chain = _closure(passes, name)
    found = days_computed(chain, asked)
    looks_back = any(looks_beyond_days(each) for each in chain.values())
    return Days(None if looks_back else found.first, found.last)


def looks_beyond_days(planned: PlannedPass) -> bool:
    """Tell whether an indicator of a pass depends on bars of days before."""
    is_by_days = planned.contract is not None and planned.contract.is_within_days
    return any(
        not (is_by_days and each.day_offset is not None) and (each.memory != "window" or each.lookback > 0)
        for each in planned.indicators
    )


def _closure(passes: Mapping[str, PlannedPass], name: str) -> dict[str, PlannedPass]:
    """Return a pass with those it reads, through others as well."""
    found = {name: passes[name]}
    for source in passes[name].source_passes:
        found |= _closure(passes, source)
    return found


def _reach(passes: Mapping[str, PlannedPass], day: Day) -> int:
    """Return how many days beyond the midnight that begins a day are needed for the rows on its other side."""
    reaching = {name: each.contract for name, each in passes.items() if _regrids(passes, each)}
    if not any(contract is not None and _is_cut(contract, day) for contract in reaching.values()):
        return 0
    days = {name: _length(contract) for name, contract in reaching.items() if contract is not None}
    return max(_summed(passes, name, days) for name in passes)


def _regrids(passes: Mapping[str, PlannedPass], planned: PlannedPass) -> bool:
    """Tell whether buckets are put together from rows that were chosen by their own days."""
    if planned.contract is None or planned.contract.is_within_days or planned.events:
        return False
    return planned.contract not in [passes[source].contract for source in planned.source_passes]


def _is_cut(contract: Buckets, day: Day) -> bool:
    """Tell whether a bucket may lie over the midnight that begins a UTC day."""
    if isinstance(day, DayParameter):
        return not contract.is_within_days
    if isinstance(contract, BucketContract):
        return (midnight(day) - contract.origin) % contract.width != 0
    if isinstance(contract, CalendarBuckets) and contract.zone.offsets == {0}:
        return not _begins(contract.period, day)
    return not contract.is_within_days


def _begins(period: str, day: date) -> bool:
    """Tell whether a period of the calendar begins on a day."""
    if period == "week":
        return day.weekday() == 0
    months = {"day": 0, "month": 1, "quarter": 3, "year": 12}[period]
    return months == 0 or (day.day == 1 and (day.month - 1) % months == 0)


def _length(contract: Buckets) -> int:
    """Return how many days a bucket may reach over, at most."""
    if isinstance(contract, BucketContract):
        return -(-contract.width // _DAY) + 1
    return (_LONGEST[contract.period] if isinstance(contract, CalendarBuckets) else 1) + _ZONE


def _summed(passes: Mapping[str, PlannedPass], name: str, days: Mapping[str, int]) -> int:
    """Return the days that a pass needs around its own, those of the passes it reads included."""
    sources = passes[name].source_passes
    return days.get(name, 0) + max((_summed(passes, source, days) for source in sources), default=0)
