"""The steps from the time that states of a book stood to the volatility of its prices on a regular grid of times.

A price is seen at both edges of the bucket and at regular times in between. Returns are taken over one step; where the
book had no price at either end there is none, so that no return is over a longer time than the others. Grids that are
shifted against each other are computed at once, on the times of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.grid import Grid
from basalt.compiler.modules.l2.request import BookRequest
from basalt.compiler.modules.l2.states import price_states
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose
from basalt.compiler.templates import render, render_text

READ = ("event_ns", "to_ns")
"""What is read of the time that a state stood, besides its bucket and prices."""

_KEYS = ("ListingId", "bucket")
_STEP_BEFORE = "step_before"
_LOG_PRICE, _LOG_RETURN, _VARIANCE = range(3)


@dataclass(frozen=True, kw_only=True)
class VolatilityRequest(BookRequest):
    """The volatility of one price: of returns over ``step``, on grids that begin ``shift`` ns after one another."""

    step: int
    shift: int

    def derived(self, contract: BucketContract) -> tuple[SelectItem, SelectItem, SelectItem]:
        """Return what its states are made of: a log price, a return over a step, the variance of one grid."""
        given = {**self.values, _STEP_BEFORE: Identifier(_STEP_BEFORE), "bucket_seconds": Fragment(contract.seconds)}
        made = (SelectItem(render_text(text, **given), name) for name, text in self.metric.derived.items())
        price, change, variance = made
        return price, change, variance


@dataclass(frozen=True)
class VolatilityGrid:
    """Prices of a bucket at regular times; requests of one step, shift and filter share it."""

    number: int
    grid: Grid
    asked: tuple[VolatilityRequest, ...]

    def _name(self, what: str) -> str:
        return f"grid_{self.number}_{what}"

    def steps(self, source: str) -> list[Step]:
        """Return the steps from pieces of time to one row per listing and bucket."""
        return [self._prices(source), self._returns(), self._variances(), self._states()]

    def _items(self, derived: int) -> list[SelectItem]:
        return [each.derived(self.grid.contract)[derived] for each in self.asked]

    def _prices(self, source: str) -> Step:
        """See the price at every time of the grid at which a state stood."""
        start, end, shift = self.grid.start(), self.grid.end(), self.asked[0].shift
        since = compose("greatest(event_ns - {}, 0)", start)
        until = compose("{} - {}", self._until(end), start)
        point = render("expressions/grid_points", since=since, until=until, shift=shift)
        items = [*map(SelectItem.column, _KEYS), *self._items(_LOG_PRICE), SelectItem(point, "point")]
        body = select(items, Identifier(source), where=[self.asked[0].filter])
        return Step(self._name("prices"), body, f"prices every {_seconds(self.asked[0].shift)} from the bucket's start")

    def _until(self, end: Sql) -> Fragment:
        """Return when a state is no longer seen.

        An end that belongs to the bucket is seen as it is, one that does not as it was just before.
        """
        if self.grid.contract.closed == "right":
            return compose("least(to_ns, {} + 1)", end)
        return compose("CASE WHEN to_ns >= {} THEN {} + 1 ELSE to_ns END", end, end)

    @property
    def _shifts(self) -> Literal:
        """How many grids there are."""
        return Literal(self.asked[0].step // self.asked[0].shift)

    def _returns(self) -> Step:
        before = compose(
            "PARTITION BY ListingId, bucket ORDER BY point RANGE BETWEEN {} PRECEDING AND {} PRECEDING",
            self._shifts,
            self._shifts,
        )
        shift = SelectItem(compose("point % {}", self._shifts), "shift")
        body = select(
            [*map(SelectItem.column, _KEYS), shift, *self._items(_LOG_RETURN)],
            Identifier(self._name("prices")),
            window=Window(_STEP_BEFORE, before),
        )
        return Step(self._name("returns"), body, f"returns over {_seconds(self.asked[0].step)}")

    def _variances(self) -> Step:
        items = [*map(SelectItem.column, (*_KEYS, "shift")), *self._items(_VARIANCE)]
        body = select(items, Identifier(self._name("returns")), group_by=(*_KEYS, "shift"))
        return Step(self._name("variances"), body, "the variance of each grid")

    def _states(self) -> Step:
        keys = [SelectItem(Identifier(key), f"grid_{key}") for key in _KEYS]
        items = [*keys, *(state.item() for state in price_states(self.asked).values())]
        body = select(items, Identifier(self._name("variances")), group_by=_KEYS)
        return Step(self._name("states"), body, "one row per listing and bucket: the variances of all grids")

    def join(self) -> Fragment:
        """Return the join of its states to those of the book."""
        name = self._name("states")
        on = compose(
            "ListingId IS NOT DISTINCT FROM {}\n AND bucket = {}", *(Identifier(name, f"grid_{key}") for key in _KEYS)
        )
        return render("shapes/left_join", right=Identifier(name), on=on)


def _seconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e9:g} s"


def volatility_grids(asked: Iterable[BookRequest], grid: Grid) -> tuple[VolatilityGrid, ...]:
    """Return the grids that requests need, each once."""
    found: dict[tuple[int, int, str], list[VolatilityRequest]] = {}
    for each in asked:
        if isinstance(each, VolatilityRequest):
            found.setdefault((each.step, each.shift, each.suffix), []).append(each)
    return tuple(VolatilityGrid(number, grid, tuple(same)) for number, same in enumerate(found.values(), 1))
