"""In which order passes are planned and run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from basalt.catalog.tables import TABLES_OF_STATES
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.errors import PassOrderError, Problem, listing, nearest

_QUOTES = "trade_analytics.quotes.table"


def sources_of(config: PassConfig) -> tuple[str, ...]:
    """Return the passes and tables that a pass names as what it reads."""
    return tuple(dict.fromkeys(name for _, name in _named_sources(config)))


def _named_sources(config: PassConfig) -> Iterator[tuple[str, str]]:
    """Yield each place in a pass that names what is read, with the name."""
    if config.generic_analytics is not None:
        yield "generic_analytics.source_pass", config.generic_analytics.source_pass
        if config.generic_analytics.membership is not None:
            yield "generic_analytics.membership.table", config.generic_analytics.membership.table
    if config.trade_analytics is not None and config.trade_analytics.quotes.table is not None:
        yield _QUOTES, config.trade_analytics.quotes.table
    for module, name in config.module_inputs.items():
        yield f"module_inputs.{module}", name


def ordered_passes(config: AnalyticsConfig, tables: Iterable[str] = ()) -> list[PassConfig]:
    """Return the passes so that each comes after the ones it reads, otherwise in the order configured.

    ``tables`` are the tables there are besides those in ``TABLES``.

    Raises PassOrderError when passes read each other in a cycle, or one reads what is neither a pass nor a table.
    """
    by_name = {each.name: each for each in config.PASSES}
    _check_sources(config, [*by_name, *config.TABLES, *tables])
    graph = {name: [source for source in sources_of(each) if source in by_name] for name, each in by_name.items()}
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        path = " reads ".join(reversed(error.args[1]))
        message = f"passes read each other in a circle: {path}"
        raise PassOrderError(message, place="PASSES") from None
    rank = {name: index for index, name in enumerate(by_name)}
    found: list[PassConfig] = []
    while sorter.is_active():
        for name in sorted(sorter.get_ready(), key=rank.__getitem__):
            found.append(by_name[name])
            sorter.done(name)
    return found


def _check_sources(config: AnalyticsConfig, known: list[str]) -> None:
    there_are = f"there are {listing(dict.fromkeys(known))}"
    problems = [
        Problem(
            f"pass {each.name} reads {source!r}, which is neither a pass nor a table; {there_are}",
            f"PASSES[{index}].{place}",
            nearest(source, known),
        )
        for index, each in enumerate(config.PASSES)
        for place, source in _named_sources(each)
        if source not in known and not (place == _QUOTES and source in TABLES_OF_STATES)
    ]
    if problems:
        raise PassOrderError(problems)
