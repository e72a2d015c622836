"""References of dbt, which tell it what depends on what; and text that it must not take for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from basalt.compiler.sql import Fragment, Sql

_REFERENCE = re.compile(r"\{\{ (?:source|ref)\('[^']*'(?:, '[^']*')?\) \}\}")
_TEMPLATE = re.compile(r"\{(?=[{%#])")


@dataclass(frozen=True)
class DbtReferences:
    """Tables as sources of a group, passes as models."""

    group: str

    def table(self, name: str) -> Sql:
        """Return the reference to a source."""
        return Fragment(f"{{{{ source('{self.group}', '{name}') }}}}")

    def of_pass(self, name: str) -> Sql:
        """Return the reference to a model."""
        return reference(name)


def reference(model: str) -> Fragment:
    """Return the reference to a model."""
    return Fragment(f"{{{{ ref('{model}') }}}}")


def literal(text: str) -> str:
    """Return text that dbt reads as it is, though it has braces of a template in it."""
    return _TEMPLATE.sub("{{ '{' }}", text)


def with_references(sql: str) -> str:
    """Return SQL in which dbt sees the references, and nothing else, as its own."""
    texts, references = _REFERENCE.split(sql), _REFERENCE.findall(sql)
    parts = [each for pair in zip(map(literal, texts), [*references, ""], strict=True) for each in pair]
    return "".join(parts)
