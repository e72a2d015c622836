"""Everything that a library can compute from trades, as a configuration asks for it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from markets.analytics import HORIZONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from basalt.catalog.groups import Group, Parameter
    from basalt.catalog.library import Library

FREE = {"horizon": list(HORIZONS), "reference_price_col": "PreTradeMid", "reference": "columns"}
"""Values for parameters that take more than words of the catalogue, and one whose other choice reads quotes."""
OF_QUOTES = {"QuoteMid", "QuoteBid", "QuoteAsk"}
"""References that are looked up among the quotes of a trade's own listing, which trades of a group no longer have."""


def everything(library: Library, module: str = "trade") -> dict[str, Any]:
    """The analytics of a pass that computes every metric, for every choice of every parameter.

    Choices are combined, but for sides other than the first: those are asked for with one choice of what comes before.
    """
    found: dict[str, Any] = {}
    for group in library.groups():
        if group.module == module:
            found[group.place.split(".")[1]] = _entries(group) if group.parameters else True
    return found


def _entries(group: Group) -> list[dict[str, Any]]:
    if group.family == "generic":
        return _measures(group)
    fields = {each.name: _values(each) for each in group.parameters}
    if (units := fields.pop("unit", None)) is not None:
        return [fields | {"unit": unit, "output_name_pattern": f"{{column}}_{unit}"} for unit in units]
    if "sides" not in fields:
        return [fields]
    first, *others = fields["sides"]
    before = next(iter(fields))
    return [fields | {"sides": [first]}, fields | {"sides": others, before: fields[before][:1]}]


def _measures(group: Group) -> list[dict[str, Any]]:
    """An entry for each measure, of the sides for which it has a meaning."""
    by_measure = itertools.groupby(group.metrics, key=lambda metric: metric.measure)
    return [{"measures": measure, "sides": list(next(metrics).sides)} for measure, metrics in by_measure]


def _values(parameter: Parameter) -> Any:  # noqa: ANN401 - as a configuration writes them
    return FREE.get(parameter.name) or [choice.name for choice in parameter.choices if choice.name not in OF_QUOTES]


def narrowed(draw: Callable[[st.SearchStrategy[Any]], Any], entries: Any) -> Any:  # noqa: ANN401 - a group as written
    """Draw a few entries of a group, and a few values of each of their lists."""
    if not isinstance(entries, list):
        return entries
    few = draw(st.lists(st.sampled_from(range(len(entries))), unique=True, min_size=1, max_size=3))
    return [{name: _some(draw, value) for name, value in entries[index].items()} for index in sorted(few)]


def _some(draw: Callable[[st.SearchStrategy[Any]], Any], value: Any) -> Any:  # noqa: ANN401 - as written
    return draw(st.lists(st.sampled_from(value), unique=True, min_size=1, max_size=2)) if _is_several(value) else value


def _is_several(value: object) -> bool:
    """Tell whether a field is a list of choices."""
    return isinstance(value, list) and len(value) > 1
