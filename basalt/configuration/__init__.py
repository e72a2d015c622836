"""What a user may ask for, as pydantic models. No SQL and no data here."""

from basalt.configuration.analytics import AnalyticsConfig, UniverseConfig
from basalt.configuration.book import BookAnalyticsConfig
from basalt.configuration.calendars import SessionConfig
from basalt.configuration.generic import GenericAnalyticsConfig, MembershipConfig, WeightedMean
from basalt.configuration.indicators import TalibIndicatorConfig
from basalt.configuration.l2 import (
    L2AnalyticsConfig,
    L2ConditionConfig,
    L2ImbalanceConfig,
    L2LiquidityConfig,
    L2OHLCConfig,
    L2PriceConfig,
    L2SpreadConfig,
    L2TWAnalyticsConfig,
)
from basalt.configuration.l2_changes import L2OrderFlowConfig, L2UpdateConfig
from basalt.configuration.l2_depth import (
    L2DepthConfig,
    L2MicropriceConfig,
    L2NotionalSweepConfig,
    L2SlopeConfig,
    L2SweepConfig,
)
from basalt.configuration.l2_volatility import L2VolatilityConfig
from basalt.configuration.outputs import (
    ArrowTarget,
    DeltaTarget,
    DuckDBTarget,
    OutputTarget,
    ParquetTarget,
    SqlTarget,
)
from basalt.configuration.passes import PassConfig
from basalt.configuration.quotes import AggressorRuleConfig, QuoteLookupConfig
from basalt.configuration.tables import TableConfig
from basalt.configuration.trade import (
    FlagCodes,
    TradeAnalyticsConfig,
    TradeChangeConfig,
    TradeDiscrepancyConfig,
    TradeFlagConfig,
    TradeGenericConfig,
    TradeImpactConfig,
)

__all__ = [
    "AggressorRuleConfig",
    "AnalyticsConfig",
    "ArrowTarget",
    "BookAnalyticsConfig",
    "DeltaTarget",
    "DuckDBTarget",
    "FlagCodes",
    "GenericAnalyticsConfig",
    "L2AnalyticsConfig",
    "L2ConditionConfig",
    "L2DepthConfig",
    "L2ImbalanceConfig",
    "L2LiquidityConfig",
    "L2MicropriceConfig",
    "L2NotionalSweepConfig",
    "L2OHLCConfig",
    "L2OrderFlowConfig",
    "L2PriceConfig",
    "L2SlopeConfig",
    "L2SpreadConfig",
    "L2SweepConfig",
    "L2TWAnalyticsConfig",
    "L2UpdateConfig",
    "L2VolatilityConfig",
    "MembershipConfig",
    "OutputTarget",
    "ParquetTarget",
    "PassConfig",
    "QuoteLookupConfig",
    "SessionConfig",
    "SqlTarget",
    "TableConfig",
    "TalibIndicatorConfig",
    "TradeAnalyticsConfig",
    "TradeChangeConfig",
    "TradeDiscrepancyConfig",
    "TradeFlagConfig",
    "TradeGenericConfig",
    "TradeImpactConfig",
    "UniverseConfig",
    "WeightedMean",
]
