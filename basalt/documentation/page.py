"""One page that documents a pipeline: it needs no network and no other file."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files

import jinja2
from markupsafe import Markup

from basalt.compiler.display.graph import anchor, pipeline_graph
from basalt.compiler.display.highlighting import highlighted
from basalt.compiler.explain_column import ExplainedPipeline
from basalt.compiler.explanation import Explanation, Rule
from basalt.compiler.model import CompiledPass
from basalt.version import __version__


@dataclass(frozen=True)
class _PassSection:
    """What the page says of a pass."""

    compiled: CompiledPass
    columns: tuple[Explanation, ...]
    rules: tuple[Rule, ...]

    @property
    def sql(self) -> Markup:
        """The SQL that a run executes."""
        return highlighted(self.compiled.sql)


@dataclass(frozen=True)
class _TableSection:
    """What the page says of a source table: where it is, and which of its columns are read by which passes."""

    name: str
    relation: str
    readers: tuple[str, ...]


def page(title: str, explained: ExplainedPipeline) -> str:
    """Return a pipeline as an HTML document; the same pipeline gives the same bytes."""
    passes = [
        _PassSection(compiled, explained.columns[name], explained.rules[name])
        for name, compiled in explained.compiled.passes.items()
    ]
    return _template().render(
        title=title,
        version=__version__,
        passes=passes,
        tables=_tables(explained),
        column_count=sum(len(each.columns) for each in passes),
        graph=pipeline_graph(explained.compiled),
        warnings=explained.compiled.warnings,
        style=_asset("style.css"),
        script=_asset("script.js"),
    )


def _tables(explained: ExplainedPipeline) -> list[_TableSection]:
    passes = explained.compiled.passes.values()
    names = dict.fromkeys(table for each in passes for table in each.tables)
    sources = explained.compiled.sources
    return [
        _TableSection(
            name,
            sources[name].relation if name in sources else name,
            tuple(each.name for each in passes if name in each.tables),
        )
        for name in names
    ]


def _asset(name: str) -> Markup:
    """Return the text of a file beside this one, which is placed into the page as it is."""
    return Markup(files("basalt.documentation").joinpath(name).read_text(encoding="utf-8"))  # noqa: S704 - our own


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.PackageLoader("basalt.documentation", "."),
    )
    environment.filters["anchor"] = anchor
    environment.filters["summary"] = _summary
    return environment.get_template("page.html")


def _summary(column: Explanation) -> str:
    """Return what a column is searched by, besides its name."""
    return f"{column.title} {column.unit} {column.kind} {column.formula}".casefold()
