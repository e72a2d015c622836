"""What a translation yields: each pass in another engine's SQL."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from basalt.compiler.columns import Column


class TranslatedPass(BaseModel):
    """One pass in another engine's SQL.

    ``sql`` is one statement that yields ``columns``. It reads the passes before it by name; where ``states_sql`` is
    given, that is a statement with what later passes need besides, which they and ``sql`` read as ``states_name``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sql: str
    states_name: str
    states_sql: str | None
    columns: tuple[Column, ...]
    warnings: tuple[str, ...]

    def script(self) -> str:
        """Return the pass as CREATE VIEW statements, its states first where there are some."""
        views = {self.states_name: self.states_sql} if self.states_sql is not None else {}
        views[self.name] = self.sql
        return "\n".join(f'CREATE OR REPLACE VIEW "{_quoted(name)}" AS\n{sql};\n' for name, sql in views.items())


class TranslatedPipeline(BaseModel):
    """All passes of a pipeline in another engine's SQL, in an order in which they can be run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialect: str
    passes: dict[str, TranslatedPass]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers, over all passes."""
        return tuple(warning for each in self.passes.values() for warning in each.warnings)

    def script(self) -> str:
        """Return the pipeline as one script of CREATE VIEW statements."""
        return "\n".join(each.script() for each in self.passes.values())


def _quoted(name: str) -> str:
    return name.replace('"', '""')
