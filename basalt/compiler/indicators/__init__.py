"""The indicators of a pass, resolved against TA-Lib's metadata."""

from basalt.compiler.indicators.model import Indicator, IndicatorOutput
from basalt.compiler.indicators.resolution import Rows, check_input_types, resolve_indicators

__all__ = ["Indicator", "IndicatorOutput", "Rows", "check_input_types", "resolve_indicators"]
