"""What a user may ask for, as pydantic models. No SQL and no data here."""

from basalt.configuration.analytics import AnalyticsConfig, UniverseConfig
from basalt.configuration.book import BookAnalyticsConfig
from basalt.configuration.calendars import SessionConfig
from basalt.configuration.generic import GenericAnalyticsConfig, MembershipConfig, WeightedMean
from basalt.configuration.indicators import TalibIndicatorConfig
from basalt.configuration.l2 import (
    L2AnalyticsConfig,
    L2ConditionConfig,
    L2GenericConfig,
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
from basalt.configuration.quality import (
    AcceptedValuesCheck,
    BookNotCrossedCheck,
    ConservedCheck,
    ExpectedColumnsCheck,
    FreshnessCheck,
    MonotonicTimeCheck,
    NoNanCheck,
    NotNullCheck,
    NullRateCheck,
    OhlcCheck,
    PreserveCheck,
    QualityConfig,
    RangeCheck,
    RowCountCheck,
    SchemaLockConfig,
    UniqueCheck,
)
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
    "AcceptedValuesCheck",
    "AggressorRuleConfig",
    "AnalyticsConfig",
    "ArrowTarget",
    "BookAnalyticsConfig",
    "BookNotCrossedCheck",
    "ConservedCheck",
    "DeltaTarget",
    "DuckDBTarget",
    "ExpectedColumnsCheck",
    "FlagCodes",
    "FreshnessCheck",
    "GenericAnalyticsConfig",
    "L2AnalyticsConfig",
    "L2ConditionConfig",
    "L2DepthConfig",
    "L2GenericConfig",
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
    "MonotonicTimeCheck",
    "NoNanCheck",
    "NotNullCheck",
    "NullRateCheck",
    "OhlcCheck",
    "OutputTarget",
    "ParquetTarget",
    "PassConfig",
    "PreserveCheck",
    "QualityConfig",
    "QuoteLookupConfig",
    "RangeCheck",
    "RowCountCheck",
    "SchemaLockConfig",
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
    "UniqueCheck",
    "UniverseConfig",
    "WeightedMean",
]
