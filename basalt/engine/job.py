"""A pipeline to be run, and what it compiles to for some of its days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from basalt.compiler.binder import Schema
from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.pipeline import Part, compile_pipeline
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.days import Days
from basalt.engine.slices import Slice
from basalt.quality.compile import compile_checks
from basalt.quality.model import PassChecks


@dataclass(frozen=True)
class Job:
    """A pipeline, the schemas of its sources, and what they compile to."""

    config: AnalyticsConfig
    schemas: Mapping[str, Schema]
    compiled: CompiledPipeline
    checks: Mapping[str, PassChecks]
    """The checks of each pass that has some."""

    @classmethod
    def of(cls, config: AnalyticsConfig, schemas: Mapping[str, Schema]) -> Job:
        """Compile a pipeline and its checks."""
        compiled = compile_pipeline(config, schemas)
        return cls(config, schemas, compiled, compile_checks(config, compiled, schemas))

    @property
    def computed(self) -> AnalyticsConfig:
        """The pipeline for all days that are computed."""
        return Days(self.compiled.first_day, self.compiled.last_day).asked_of(self.config)

    def restricted(self, days: Slice, name: str, continued: frozenset[str] = frozenset()) -> CompiledPass:
        """Return a pass compiled for a slice of its days; ``continued`` names those whose slices before were run."""
        config = days.of(self.config, narrowed=self.compiled.passes[name].is_within_days)
        return compile_pipeline(config, self.schemas, part=Part(continued)).passes[name]

    def checks_of(self, days: Slice, name: str) -> PassChecks:
        """Return the checks of a pass compiled for a slice of its days."""
        config = days.of(self.config, narrowed=self.compiled.passes[name].is_within_days)
        return compile_checks(config, self.compiled, self.schemas)[name]

    def before(self, name: str, days: Days, dataset: str) -> Job:
        """Return the job that computes a pass without its indicators for other days, and nothing else."""
        wanted = set(self.compiled.closure(name))
        unwritten: dict[str, object] = {"output": None, "extra_outputs": [], "quality": None}
        passes = [each.model_copy(update=unwritten) for each in self.config.PASSES if each.name in wanted]
        passes = [_without_indicators(each) if each.name == name else each for each in passes]
        changes = {
            "START_DATE": days.first,
            "END_DATE": days.last,
            "DATASETNAME": dataset,
            **dict.fromkeys(("OUTPUT_TARGET", "QUALITY")),
        }
        return Job.of(self.config.model_copy(update={**changes, "PASSES": passes}), self.schemas)

    def only(self, name: str) -> Job:
        """Return the job of a pass and those it reads: without other readers, for which they have more columns."""
        wanted = set(self.compiled.closure(name))
        passes = [each for each in self.config.PASSES if each.name in wanted]
        return Job.of(self.config.model_copy(update={"PASSES": passes}), self.schemas)

    def on(self, days: Days) -> Job:
        """Return the job for other days."""
        return Job.of(days.asked_of(self.config), self.schemas)


def _without_indicators(config: PassConfig) -> PassConfig:
    assert config.generic_analytics is not None  # noqa: S101 - only a generic pass has indicators
    analytics = config.generic_analytics.model_copy(update={"talib_indicators": []})
    return config.model_copy(update={"generic_analytics": analytics})
