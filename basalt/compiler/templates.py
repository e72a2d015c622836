"""Renders the Jinja2 templates of ``sql_templates/``; nothing but safe SQL can enter them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jinja2

from basalt.catalog.headers import read_template, split_header, templates_folder
from basalt.compiler.layout import indented
from basalt.compiler.sql import Fragment, Sql
from basalt.errors import TemplateError


def _only_sql(value: object) -> str:
    """Let SQL pieces and whole numbers into a template, and nothing else."""
    if isinstance(value, jinja2.Undefined):
        return str(value)  # raises: StrictUndefined names the variable
    if isinstance(value, Sql):
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    message = f"a template was given {type(value).__name__} {value!r}; names and values must be wrapped as SQL"
    raise TemplateError(message)


def _indent(piece: Sql) -> Fragment:
    return Fragment(indented(piece.text))


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        finalize=_only_sql,
        autoescape=False,  # noqa: S701 - SQL, not HTML: _only_sql is what guards it
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["indent_sql"] = _indent
    return environment


@functools.cache
def _shape(name: str) -> jinja2.Template:
    path: Path = templates_folder() / f"{name}.sql"
    _, body = split_header(read_template(path), str(path))
    return _compiled(body.strip())


@functools.cache
def _compiled(text: str) -> jinja2.Template:
    try:
        return _environment().from_string(text)
    except jinja2.TemplateSyntaxError as error:
        message = f"a template does not parse: {error}"
        raise TemplateError(message, place=text) from None


def render(name: str, **values: Any) -> Fragment:  # noqa: ANN401 - checked piece by piece as they are placed
    """Return the template ``<name>.sql`` of the templates folder with its variables filled in.

    Raises TemplateError when a variable is missing or is not safe SQL.
    """
    return _rendered(_shape(name), name, values)


def render_text(text: str, **values: Any) -> Fragment:  # noqa: ANN401 - checked piece by piece as they are placed
    """Return a piece of a template's text (a state, a value) with its variables filled in.

    Raises TemplateError when a variable is missing or is not safe SQL.
    """
    return _rendered(_compiled(text), text, values)


def render_block(text: str, block: str, **values: Any) -> Fragment:  # noqa: ANN401 - checked piece by piece
    """Return one block of a template's text with its variables filled in, or the whole text where it has no blocks.

    Raises TemplateError when there is no such block, and as ``render_text``.
    """
    template = _compiled(text)
    if not template.blocks:
        return _rendered(template, text, values)
    if block not in template.blocks:
        message = f"a template has no block {block!r}"
        raise TemplateError(message, place=text)
    try:
        return Fragment("".join(template.blocks[block](template.new_context(values))).strip())
    except jinja2.UndefinedError as error:
        message = f"a template needs a variable it was not given: {error}"
        raise TemplateError(message, place=text) from None


def _rendered(template: jinja2.Template, place: str, values: dict[str, Any]) -> Fragment:
    try:
        return Fragment(template.render(**values).strip())
    except jinja2.UndefinedError as error:
        message = f"a template needs a variable it was not given: {error}"
        raise TemplateError(message, place=place) from None
