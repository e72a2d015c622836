"""What stood, and from when: the last update of each moment in a table of quotes or of books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from basalt.compiler.events import Margin
from basalt.compiler.layout import SelectItem
from basalt.compiler.moments import nanoseconds
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join

_UPDATES = "updates"
_NUMBERS = "numbered_keys"
_PLACE = ("number", "from_ns")


@dataclass(frozen=True)
class Standing:
    """The states of a table, each from its update on, for the keys in a step ``of``.

    The last step, ``standing_<table>``, has the ``number`` of the key, ``from_ns``, ``columns``, which are numbers by
    their canonical names, and what is ``added``, computed from these. Of updates at one nanosecond the last one stands:
    by the sequence, then by the values. Where nulls of the source mean "unchanged" a column keeps its last value,
    unless that was given more than ``max_age`` nanoseconds before.

    Number, time and sequence make a sort key of 23 bytes. DuckDB sorts keys of more than 24, as with the key itself or
    with the values, by pointers to them, in twice the time; so ties that the sequence leaves are settled apart.
    """

    source: SourceTable
    columns: tuple[str, ...]
    max_age: int | None
    of: str
    of_key: str
    key: str = "ListingId"
    added: tuple[SelectItem, ...] = ()

    @property
    def name(self) -> str:
        """The name of the last step."""
        return f"standing_{self.source.name}"

    @property
    def numbers(self) -> str:
        """The name of the step that has the ``number`` of each ``of_key``."""
        return _NUMBERS

    def margin(self, after: int = 0) -> Margin:
        """Return how far around a range of time updates tell what stands in it and up to ``after`` ns later."""
        if self.max_age is None:
            return Margin(before=None, after=after)
        return Margin(before=2 * self.max_age if self.source.carries else self.max_age, after=after)

    def steps(self, relation: Sql, conditions: Sequence[Sql | None]) -> list[Step]:
        """Return the steps from the rows of the table for which the conditions hold to what stood."""
        last = [self._carried()] if self.source.carries else [self._placed(), self._tied(), self._last()]
        return [self._numbered(), self._scan(relation, conditions), *last, self._standing(last[-1].name)]

    def _numbered(self) -> Step:
        number = SelectItem(Fragment("row_number() OVER ()::INTEGER"), "number")
        body = select([SelectItem.column(self.of_key), number], Identifier(self.of), group_by=[self.of_key])
        return Step(_NUMBERS, body, "each key that is looked up, with a number that sorts faster", is_kept=True)

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
        return Step(
            self._step("source"), select(items, relation, where=where), "one row per update, in canonical columns"
        )

    def _step(self, stage: str) -> str:
        return f"{stage}_{self.source.name}"

    @property
    def _sequence(self) -> tuple[str, ...]:
        return () if self.source.order() is None else ("sequence",)

    @property
    def _of_keys(self) -> Fragment:
        """The updates of the keys that are looked up."""
        scan, numbers = Identifier(self._step("source")), Identifier(_NUMBERS)
        own, other = Identifier(scan.text, self.key), Identifier(_NUMBERS, self.of_key)
        return compose("{}\nJOIN {} ON {} = {}", scan, numbers, own, other)

    def _window(self, ties: Sequence[str] = (), frame: str = "") -> Window:
        sequence = [Fragment("sequence NULLS FIRST") for _ in self._sequence]
        order = join([Identifier("from_ns"), *sequence, *map(Identifier, ties)])
        return Window(_UPDATES, compose("PARTITION BY number ORDER BY {}" + frame, order))

    def _carried(self) -> Step:
        items = [SelectItem(last_given(name, "from_ns", _UPDATES, self.max_age), name) for name in self.columns]
        window = self._window(self.columns, " ROWS UNBOUNDED PRECEDING")
        body = select([*map(SelectItem.column, _PLACE), *items, _next()], self._of_keys, window=window)
        return Step(
            self._step("carried"), body, "each update with what it leaves unchanged and the time of the next one"
        )

    def _placed(self) -> Step:
        place = ("from_ns", *self._sequence)
        shared = [join([_is_same(name, function) for name in place], " AND ") for function in ("lag", "lead")]
        items = [SelectItem.column(name) for name in (*_PLACE, *self._sequence, *self.columns)]
        items += [_next(), SelectItem(join(shared, " OR "), "is_tied")]
        body = select(items, self._of_keys, window=self._window())
        comment = "each update with the time of the next one, and whether another one has its time and sequence"
        return Step(self._step("placed"), body, comment)

    def _tied(self) -> Step:
        place = (*_PLACE, *self._sequence)
        values = join([compose("{} := {}", Identifier(name), Identifier(name)) for name in self.columns])
        items = [*map(SelectItem.column, place), SelectItem(compose("max(struct_pack({}))", values), "highest")]
        placed = Identifier(self._step("placed"))
        body = select(items, placed, where=[Fragment("is_tied")], group_by=place)
        return Step(
            self._step("tied"), body, "where the sequence leaves open which update is the last, the highest values"
        )

    def _last(self) -> Step:
        placed, tied = self._step("placed"), self._step("tied")
        items = [SelectItem(Identifier(placed, name), name) for name in (*_PLACE, "next_ns")]
        items += [SelectItem(_decided(placed, name), name) for name in self.columns]
        same = [_equal(placed, tied, name, "=") for name in _PLACE]
        same += [_equal(placed, tied, name, "IS NOT DISTINCT FROM") for name in self._sequence]
        source = compose("{}\nLEFT JOIN {}\n  ON {}", Identifier(placed), Identifier(tied), join(same, " AND "))
        return Step(self._step("decided"), select(items, source), "each update with the values that stand of its ties")

    def _standing(self, read: str) -> Step:
        items = [SelectItem.column(name) for name in (*_PLACE, *self.columns)]
        where = [Fragment("from_ns IS DISTINCT FROM next_ns")]
        body = select([*items, *self.added], Identifier(read), where=where)
        return Step(self.name, body, "what stood, from a time in nanoseconds on")


def _next() -> SelectItem:
    return SelectItem(compose("lead(from_ns) OVER {}", Identifier(_UPDATES)), "next_ns")


def _is_same(name: str, function: str) -> Fragment:
    """Return whether the neighbour of an update that a window function gives has the same value."""
    column = Identifier(name)
    return compose("{} IS NOT DISTINCT FROM {}({}) OVER {}", column, Fragment(function), column, Identifier(_UPDATES))


def _decided(placed: str, name: str) -> Fragment:
    return compose("CASE WHEN is_tied THEN highest.{} ELSE {} END", Identifier(name), Identifier(placed, name))


def _equal(left: str, right: str, name: str, operator: str) -> Fragment:
    return compose("{} {} {}", Identifier(left, name), Fragment(operator), Identifier(right, name))


def last_given(column: str, time: str, window: str, max_age: int | None) -> Fragment:
    """Return the last value of a column that is not null, unless it was given more than ``max_age`` ns before."""
    value = compose("last_value({} IGNORE NULLS) OVER {}", Identifier(column), Identifier(window))
    if max_age is None:
        return value
    given = compose("CASE WHEN {} IS NOT NULL THEN {} END", Identifier(column), Identifier(time))
    age = compose("{} - last_value({} IGNORE NULLS) OVER {}", Identifier(time), given, Identifier(window))
    return compose("CASE WHEN {} <= {} THEN {} END", age, Literal(max_age), value)
