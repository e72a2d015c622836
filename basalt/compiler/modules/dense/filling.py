"""The steps from the buckets of a dense timeline to its rows: what is empty is filled by the kind of each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from basalt.compiler.buckets import BucketContract
from basalt.compiler.columns import BoundColumn
from basalt.compiler.day_range import Moment
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.dense.timeline import DAY, ROWS, TIMELINE, start_of
from basalt.compiler.modules.events.grid import Grid
from basalt.compiler.moments import within
from basalt.compiler.plan import PlannedPass, Relations, Step
from basalt.compiler.select import Window, select
from basalt.compiler.sessions import BREAKS, SessionBreaks
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.templates import render

KEYS = ("ListingId", "TimeBucket")
_CARRIED = ("state", "label")
"""Kinds of columns that stay what they were while nothing happens."""
_OF_LISTING = ("MIC", "Ticker", "CurrencyCode")
"""Labels that say nothing of a session."""
_LABELLED, _PLACED = "labelled_buckets", "placed_buckets"
_SINCE = Identifier(_PLACED, "since_ns")
_HAPPENED = Identifier(_PLACED, "happened")
_IS_OWN = compose("{} = {}", _HAPPENED, Identifier(_PLACED, "TimeBucket"))


@dataclass(frozen=True)
class Filling:
    """How the buckets of a timeline become rows.

    A state or label is that of the last row up to the bucket. It stands no longer than ``max_age`` ns from its time to
    the start of the bucket, and not over one of the ``breaks`` up to there. Where it ``is_carried_in`` that row may be
    one before the timeline begins: of the same day, or with a ``max_age`` of any; rows before ``first_label`` are there
    for nothing else.
    """

    sparse: PlannedPass
    contract: BucketContract
    breaks: SessionBreaks | None = None
    max_age: int | None = None
    is_carried_in: bool = False
    first_label: Moment | None = None

    @property
    def rows_of_the_run(self) -> list[Fragment]:
        """The conditions on the sparse rows of the run's dates."""
        bounds = (self.first_label, None)
        return within(Identifier("TimeBucket"), self.contract.label_type, bounds, "left")

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from ``timeline`` and the sparse rows to the result."""
        breaks = [self.breaks.step(relations)] if self.breaks else []
        return [*breaks, self._labelled(), self._placed(), self._filled(hidden)]

    @property
    def _start(self) -> Sql:
        return Grid(self.contract).start("bucket")

    @property
    def _limits(self) -> list[Sql]:
        """The moments before which what was set does not stand at the start of a bucket, each null where it is none."""
        limits: list[Sql] = [Identifier(BREAKS, "event_ns")] if self.breaks else []
        if self.max_age is not None:
            limits.append(compose("{} - {}", self._start, Literal(self.max_age - 1)))
        elif self.is_carried_in:
            limits.append(self._first_of_the_day())
        return limits

    def _first_of_the_day(self) -> Sql:
        """Return the first moment of the buckets that start on the day."""
        contract = self.contract
        midnight = compose("(day * {} - {})", Literal(DAY), Literal(contract.origin))
        before = render("expressions/bucket_right", moment=midnight, width=contract.width)
        first = contract.origin + contract.width + (1 if contract.closed == "right" else 0)
        return compose("({}) * {} + {}", before, contract.width, Literal(first))

    def _labelled(self) -> Step:
        items = [SelectItem(Identifier(TIMELINE, "ListingId"), "ListingId"), SelectItem.column("day")]
        if limits := self._limits:
            since = limits[0] if len(limits) == 1 else compose("greatest({})", join(limits))
            items.append(SelectItem(since, "since_ns"))
        items.append(SelectItem(time_bucket(self.contract), "TimeBucket"))
        comment = "the same by their labels" + (", with since when what stands has been set" if limits else "")
        return Step(_LABELLED, select(items, self._timeline_and_breaks()), comment)

    def _timeline_and_breaks(self) -> Sql:
        if self.breaks is None:
            return Identifier(TIMELINE)
        on = compose("{} = {}", Identifier(TIMELINE, "ListingId"), Identifier(BREAKS, "ListingId"))
        moment = compose("{} >= {}", self._start, Identifier(BREAKS, "event_ns"))
        return compose("{}\nASOF LEFT JOIN {}\n  ON {}\n AND {}", Identifier(TIMELINE), Identifier(BREAKS), on, moment)

    def _placed(self) -> Step:
        """Add to each bucket the last one up to it in which something happened."""
        keys = [self._key(name) for name in KEYS]
        items = [SelectItem(key, name) for key, name in zip(keys, KEYS, strict=True)]
        items += [SelectItem(Identifier(_LABELLED, "since_ns"), "since_ns")] if self._limits else []
        happened = compose("last_value({} IGNORE NULLS) OVER so_far", Identifier(ROWS, "TimeBucket"))
        items.append(SelectItem(happened, "happened"))
        if self.is_carried_in:
            items.append(SelectItem(compose("{} IS NOT NULL", Identifier(_LABELLED, "TimeBucket")), "is_on_timeline"))
        of = [keys[0]] if self.is_carried_in else [keys[0], Identifier("day")]
        so_far = compose("PARTITION BY {} ORDER BY {} ROWS UNBOUNDED PRECEDING", join(of), keys[1])
        shape = "shapes/full_join" if self.is_carried_in else "shapes/left_join"
        source = join([Identifier(_LABELLED), _rows(_LABELLED, "TimeBucket", shape)], "\n")
        when = "" if self.is_carried_in else ", on the day,"
        comment = f"each bucket with the last one up to it{when} in which something happened"
        return Step(_PLACED, select(items, source, window=Window("so_far", so_far)), comment)

    def _key(self, name: str) -> Sql:
        own = Identifier(_LABELLED, name)
        return compose("coalesce({}, {})", own, Identifier(ROWS, name)) if self.is_carried_in else own

    def _filled(self, hidden: frozenset[str]) -> Step:
        items = [SelectItem(self._value(column), column.name) for column in self.sparse.columns]
        items += [SelectItem(self._hidden_value(name), name) for name in self.sparse.hidden if name in hidden]
        source = join([Identifier(_PLACED), _rows(_PLACED, "happened", "shapes/left_join")], "\n")
        where = [Identifier("is_on_timeline")] if self.is_carried_in else []
        body = select(items, source, where=where)
        return Step("result", body, "every bucket; where nothing happened flows are 0 and states stay")

    @property
    def times(self) -> frozenset[str]:
        """The hidden columns that have to be there, with the times of what is carried."""
        return frozenset(self._times.values()) if self._limits else frozenset()

    @cached_property
    def _times(self) -> Mapping[str, str]:
        """The hidden column with the time of each carried column that has one."""
        return {column: names[0] for column, names in self._orders.items()}

    @cached_property
    def _orders(self) -> Mapping[str, tuple[str, ...]]:
        """The hidden columns with the order, time first, of each carried column that has one."""
        carried = (column for column in self.sparse.columns if column.kind in _CARRIED and column.rule is not None)
        states = ((column.name, state) for column in carried if column.rule for state in column.rule.states.values())
        return {name: state.order for name, state in states if state.order}

    def _hidden_value(self, name: str) -> Sql:
        owner = next((column for column, names in self._orders.items() if name in names), None)
        return self._carried(owner, name) if owner is not None else _if_it_happened(name)

    def _value(self, column: BoundColumn) -> Sql:
        if column.name in KEYS:
            return Identifier(_PLACED, column.name)
        if column.kind in _CARRIED:
            return self._carried(column.name, column.name)
        value = _if_it_happened(column.name)
        return compose("coalesce({}, 0)", value) if column.kind == "flow" else value

    def _carried(self, column: str, name: str) -> Sql:
        """Return what a column, or one hidden for it, has in the last row up to a bucket, as far as it still stands."""
        value = Identifier(ROWS, name)
        if not self._limits or column in _OF_LISTING:
            return value
        stands = compose("{} >= {}", self._set_at(column), _SINCE)
        since = compose("{} IS NULL", _SINCE) if self.breaks and len(self._limits) == 1 else None
        terms = [_IS_OWN, *([since] if since else []), stands]
        return compose("CASE WHEN {} THEN {} END", join(terms, " OR "), value)

    def _set_at(self, column: str) -> Sql:
        """Return when a value was set, or the last moment at which it may have been."""
        if column in self._times:
            return Identifier(ROWS, self._times[column])
        last = self.contract.width if self.contract.closed == "right" else self.contract.width - 1
        return compose("{} + {}", start_of(self.contract, _HAPPENED), last)


def _rows(left: str, label: str, shape: str) -> Fragment:
    """Return the join of the sparse rows to a step."""
    on = [
        compose("{} IS NOT DISTINCT FROM {}", Identifier(left, "ListingId"), Identifier(ROWS, "ListingId")),
        compose("{} = {}", Identifier(left, label), Identifier(ROWS, "TimeBucket")),
    ]
    return render(shape, right=Identifier(ROWS), on=join(on, "\n AND "))


def _if_it_happened(name: str) -> Fragment:
    """Return a column in the bucket in which it was computed, null in those after it."""
    return compose("CASE WHEN {} THEN {} END", _IS_OWN, Identifier(ROWS, name))
