"""The modules a pass can be computed by."""

from basalt.compiler.modules.generic import GenericModule
from basalt.compiler.modules.l2 import L2Module
from basalt.compiler.modules.trade import TradeModule
from basalt.compiler.plan import Module

MODULES: dict[str, Module] = {
    "trade": TradeModule(),
    "retail_imbalance": TradeModule(),
    "l2": L2Module(),
    "generic": GenericModule(),
}
