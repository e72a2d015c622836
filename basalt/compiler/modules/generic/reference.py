"""Joins reference data to bars, point in time where the reference has dates."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.layout import SelectItem, select_list
from basalt.compiler.modules.generic.dated import as_date, overlapping, repeated
from basalt.compiler.plan import Check, Relations, Step, in_message
from basalt.compiler.select import select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.templates import render

MAPPED = "mapped_bars"
_ROWS = "reference_rows"


@dataclass(frozen=True)
class ReferenceJoin:
    """Adds ``columns`` of the reference table to rows with ListingId, and ``bar_date`` where the reference has dates.

    A reference with Date has a row per day; one with ValidFrom (and ValidTo) a row per period, up to and including
    ValidTo, or where that is null until the next row begins; one with neither a row per listing.
    """

    reference: SourceTable
    columns: tuple[str, ...]
    bar_date: str = "bar_date"

    @property
    def is_dated(self) -> bool:
        """Whether the join needs the bar's date."""
        return "Date" in self.reference or "ValidFrom" in self.reference

    @property
    def _key(self) -> tuple[str, ...]:
        """What makes a row of the reference unique."""
        date = next((name for name in ("Date", "ValidFrom") if name in self.reference), None)
        return ("ListingId",) if date is None else ("ListingId", date)

    @property
    def _has_end(self) -> bool:
        return self._key[-1] == "ValidFrom" and "ValidTo" in self.reference

    @property
    def matched_by(self) -> tuple[str, ...]:
        """The columns of the reference that tell which of its rows holds for a bar."""
        return (*self._key, *(["ValidTo"] if self._has_end else []))

    def steps(self, bars: str, relations: Relations) -> list[Step]:
        """Return the steps that add the columns to the rows of the step ``bars``."""
        return [self._rows(relations), self._joined(bars)]

    def _rows(self, relations: Relations) -> Step:
        dates = self.matched_by[1:]
        items = [SelectItem(self.reference.require("ListingId", "the reference join"), "ListingId")]
        items += [SelectItem(as_date(self.reference, name), name) for name in dates]
        items += [SelectItem(self.reference.columns[name], name) for name in self.columns]
        listing = self.reference.columns["ListingId"]
        body = select(
            items,
            relations["reference"],
            where=[self.reference.filter, compose("{} IS NOT NULL", listing)],
            distinct=True,
        )
        return Step(_ROWS, body, "what the reference table says of each listing")

    def _joined(self, bars: str) -> Step:
        left, right = Identifier(bars), Identifier(_ROWS)
        items = [SelectItem(self._value(name), name) for name in self.columns]
        body = render(
            "shapes/join",
            columns=compose("{}.*,\n    {}", left, select_list(items)),
            left=left,
            kind=Fragment("ASOF LEFT" if self._key[-1] == "ValidFrom" else "LEFT"),
            right=right,
            on=self._condition(left, right),
        )
        return Step(MAPPED, body, "each bar with the reference row of its listing; nulls where there is none")

    def _value(self, name: str) -> Fragment:
        value = compose("{}.{}", Identifier(_ROWS), Identifier(name))
        if not self._has_end:
            return value
        end = compose("{}.ValidTo", Identifier(_ROWS))
        date = Identifier(self.bar_date)
        return compose("CASE WHEN {} <= coalesce({}, {}) THEN {} END", date, end, date, value)

    def _condition(self, left: Sql, right: Sql) -> Fragment:
        terms = [compose("{}.ListingId = {}.ListingId", left, right)]
        if len(self._key) > 1:
            operator = "=" if self._key[1] == "Date" else ">="
            date, key = Identifier(self.bar_date), Identifier(self._key[1])
            terms.append(compose("{}.{} " + operator + " {}.{}", left, date, right, key))
        return join(terms, " AND ")

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the checks that no listing has two rows at once, of which one would have to be guessed."""
        rows, columns = self._rows(relations).body, in_message(", ".join(self.columns))
        several = f"reference has several rows with different {columns} for {{count}} listings, such as {{samples}}"
        checks = [Check(repeated(rows, self._key), several)]
        if self._has_end:
            message = "reference has periods that overlap for {count} listings, such as {samples}"
            checks.append(Check(overlapping(rows, ("ListingId",)), f"{message}; ValidTo is the last day of a period"))
        return checks
