"""The golden cases: a pipeline and the SQL it compiles to, discovered from the folders beside this file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from basalt.compiler.day_range import DayRange
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.pipeline import compile_pipeline
from basalt.compiler.scripts import joined
from basalt.configuration import AnalyticsConfig

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class GoldenCase:
    """A folder with ``pipeline.yaml``, the schemas of its sources where they are not canonical, and SQL per pass.

    ``scripts.json`` names the kinds of scripts that the folder has as well.
    """

    folder: Path

    @property
    def config(self) -> AnalyticsConfig:
        """The pipeline, its paths as they are written."""
        text = (self.folder / "pipeline.yaml").read_text(encoding="utf-8")
        return AnalyticsConfig.model_validate(yaml.safe_load(text))

    def compiled(self) -> CompiledPipeline:
        """Compile the pipeline against its schemas."""
        return compile_pipeline(self.config, self.schemas())

    def schemas(self) -> dict[str, dict[str, str]]:
        """Return the schemas of the sources that are not canonical."""
        schemas = self.folder / "schemas.json"
        return dict(json.loads(schemas.read_text(encoding="utf-8"))) if schemas.exists() else {}

    def expected(self) -> dict[str, str]:
        """The SQL files of the case by name."""
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.sql"))}

    def actual(self) -> dict[str, str]:
        """The SQL files the case compiles to: each pass, and with its states where a later pass reads them."""
        files: dict[str, str] = {}
        for name, compiled in self.compiled().passes.items():
            files[f"{name}.sql"] = compiled.sql + "\n"
            if compiled.states_sql is not None:
                files[f"{compiled.states_name}.sql"] = compiled.states_sql + "\n"
        return dict(sorted((files | self._scripts()).items()))

    def _scripts(self) -> dict[str, str]:
        """The scripts of the case, a file for each kind."""
        asked = self.folder / "scripts.json"
        files: dict[str, str] = {}
        for form in json.loads(asked.read_text(encoding="utf-8")) if asked.exists() else []:
            days = DayRange.given_later(self.config) if form == "macros" else None
            compiled = compile_pipeline(self.config, self.schemas(), is_complete=True, days=days)
            files[f"script.{form}.sql"] = joined(compiled.scripts(form).values(), form)
        return files


def golden_cases() -> list[GoldenCase]:
    """All cases, by name."""
    return [GoldenCase(path.parent) for path in sorted(_FOLDER.glob("*/pipeline.yaml"))]
