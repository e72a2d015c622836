"""What stood, and from when to when: intervals made of the updates of a table of quotes or of books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from basalt.compiler.events import Margin
from basalt.compiler.layout import SelectItem
from basalt.compiler.moments import nanoseconds
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns, select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join

_EVER = Literal(2**63 - 1)
_UPDATES, _SO_FAR = "updates", "so_far"


@dataclass(frozen=True)
class Standing:
    """The states of a table, each from its update to the next one of the same ``key``.

    The last step, ``standing_<table>``, has the key, ``from_ns`` (included), ``to_ns`` (excluded), ``columns``, which
    are numbers by their canonical names, and what is ``added``, computed from these. Of updates at one nanosecond the
    last one stands: by the sequence, then by the values. A state stands no longer than ``max_age`` nanoseconds. Where
    nulls of the source mean "unchanged" a column keeps its last value, unless that was given more than ``max_age``
    before.
    """

    source: SourceTable
    columns: tuple[str, ...]
    max_age: int | None
    key: str = "ListingId"
    added: tuple[SelectItem, ...] = ()

    @property
    def name(self) -> str:
        """The name of the last step."""
        return f"standing_{self.source.name}"

    def margin(self, after: int = 0) -> Margin:
        """Return how far around a range of time updates tell what stands in it and up to ``after`` ns later."""
        if self.max_age is None:
            return Margin(before=None, after=after)
        return Margin(before=2 * self.max_age if self.source.carries else self.max_age, after=after)

    def steps(self, relation: Sql, conditions: Sequence[Sql | None]) -> list[Step]:
        """Return the steps from the rows of the table for which the conditions hold to intervals."""
        carried = [self._carried()] if self.source.carries else []
        read = carried[-1].name if carried else self._scan_name
        return [self._scan(relation, conditions), *carried, self._timed(read), self._standing()]

    @property
    def _scan_name(self) -> str:
        return f"source_{self.source.name}"

    @property
    def _timed_name(self) -> str:
        return f"timed_{self.source.name}"

    def _scan(self, relation: Sql, conditions: Sequence[Sql | None]) -> Step:
        needed_by = f"what stood in {self.source.name}"
        time, type_ = self.source.event_time()
        items = [
            SelectItem(self.source.require(self.key, needed_by), self.key),
            SelectItem(nanoseconds(time, type_), "from_ns"),
        ]
        if (sequence := self.source.order()) is not None:
            items.append(SelectItem(sequence[0], "sequence"))
        items += [SelectItem(self.source.number(name, needed_by), name) for name in self.columns]
        where = [*conditions, compose("{} IS NOT NULL", time)]
        return Step(self._scan_name, select(items, relation, where=where), "one row per update, in canonical columns")

    def _window(self, name: str, frame: str = "") -> Window:
        sequence = [] if self.source.order() is None else [Fragment("sequence NULLS FIRST")]
        order = join([Identifier("from_ns"), *sequence, *map(Identifier, self.columns)])
        return Window(name, compose("PARTITION BY {} ORDER BY {}" + frame, Identifier(self.key), order))

    def _carried(self) -> Step:
        sequence = [] if self.source.order() is None else [SelectItem.column("sequence")]
        items = [SelectItem.column(self.key), SelectItem.column("from_ns"), *sequence]
        items += [SelectItem(last_given(name, "from_ns", _SO_FAR, self.max_age), name) for name in self.columns]
        window = self._window(_SO_FAR, " ROWS UNBOUNDED PRECEDING")
        body = select(items, Identifier(self._scan_name), window=window)
        return Step(f"carried_{self.source.name}", body, "each update with what it leaves unchanged")

    def _timed(self, read: str) -> Step:
        window = Identifier(_UPDATES)
        to_ns = compose("lead(from_ns, 1, {}) OVER {}", _EVER, window)
        if self.max_age is not None:
            to_ns = compose("least({}, from_ns + {})", to_ns, Literal(self.max_age))
        body = add_columns(read, [SelectItem(to_ns, "to_ns")], self._window(_UPDATES))
        return Step(self._timed_name, body, "each update with the time until which its state stands")

    def _standing(self) -> Step:
        items = [SelectItem.column(name) for name in (self.key, "from_ns", "to_ns", *self.columns)]
        body = select([*items, *self.added], Identifier(self._timed_name), where=[Fragment("from_ns < to_ns")])
        return Step(self.name, body, "what stood, from (included) and to (excluded) in nanoseconds")


def last_given(column: str, time: str, window: str, max_age: int | None) -> Fragment:
    """Return the last value of a column that is not null, unless it was given more than ``max_age`` ns before."""
    value = compose("last_value({} IGNORE NULLS) OVER {}", Identifier(column), Identifier(window))
    if max_age is None:
        return value
    given = compose("CASE WHEN {} IS NOT NULL THEN {} END", Identifier(column), Identifier(time))
    age = compose("{} - last_value({} IGNORE NULLS) OVER {}", Identifier(time), given, Identifier(window))
    return compose("CASE WHEN {} <= {} THEN {} END", age, Literal(max_age), value)
