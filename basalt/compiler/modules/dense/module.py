"""Plans a pass on a dense timeline."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.modules.dense.filling import KEYS, Filling
from basalt.compiler.modules.dense.planned import DensePass
from basalt.compiler.modules.dense.timeline import DailyInterval, FirstToLast, PhaseTimeline, Timeline
from basalt.compiler.modules.l2.planned import L2Pass
from basalt.compiler.plan import Inputs, Module, PlannedPass
from basalt.compiler.sessions import TABLE, MarketPhases, session_breaks
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.buckets import parse_end_of_interval, parse_origin
from basalt.errors import CompileError


@dataclass(frozen=True)
class DenseModule:
    """A module whose rows are put on a dense timeline."""

    module: Module

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read; with market states ``marketstate`` as well."""
        phases = (TABLE,) if config.timeline_market_states else ()
        return tuple(dict.fromkeys([*self.module.tables(config, pipeline), *phases]))

    def plan(self, config: PassConfig, inputs: Inputs) -> DensePass:
        """Return the plan of the pass.

        Raises what the module raises, BindingError where ``marketstate`` lacks a column, CompileError for rows that are
        not of a listing and a bucket of fixed width.
        """
        sparse = self.module.plan(config, inputs)
        contract = sparse.contract
        if set(sparse.keys) != set(KEYS) or not isinstance(contract, BucketContract):
            message = "a dense timeline is of rows per ListingId and TimeBucket, all buckets of one width"
            raise CompileError(message, place=f"pass {config.name}: timeline_mode")
        return DensePass(sparse, _timeline(config, contract, inputs), _filling(config, contract, inputs, sparse))


def _timeline(config: PassConfig, contract: BucketContract, inputs: Inputs) -> Timeline:
    if config.timeline_market_states:
        phases = MarketPhases(inputs, contract, tuple(config.timeline_market_states))
        phases.check(f"pass {config.name}: timeline_market_states")
        return PhaseTimeline(contract, phases)
    if config.timeline_interval is not None:
        begin, end = config.timeline_interval
        return DailyInterval(contract, parse_origin(begin), parse_end_of_interval(end))
    return FirstToLast(contract)


def _filling(config: PassConfig, contract: BucketContract, inputs: Inputs, sparse: PlannedPass) -> Filling:
    """Return how empty buckets are filled: for a book from what stood before the timeline begins as well."""
    if isinstance(sparse, L2Pass) and not sparse.is_timed:
        first = inputs.days.first
        return Filling(
            sparse,
            contract,
            breaks=sparse.breaks,
            max_age=sparse.max_age,
            is_carried_in=bool(config.timeline_market_states) or config.timeline_interval is not None,
            first_label=None if first is None or not sparse.carried_in else contract.first_label(first),
        )
    return Filling(sparse, contract, session_breaks(inputs, contract, (), config.timeline_market_states))
