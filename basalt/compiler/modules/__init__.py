"""The modules a pass can be computed by, alone or together."""

from basalt.compiler.modules.book import BookModule
from basalt.compiler.modules.dense import DenseModule
from basalt.compiler.modules.generic import GenericModule
from basalt.compiler.modules.joined import JoinedModule
from basalt.compiler.modules.l2 import L2Module
from basalt.compiler.modules.l2tw import L2TWModule
from basalt.compiler.modules.trade import TradeModule
from basalt.compiler.plan import Module
from basalt.configuration import PassConfig

MODULES: dict[str, Module] = {
    "trade": TradeModule(),
    "retail_imbalance": TradeModule(),
    "l2": L2Module(),
    "l2tw": L2TWModule(),
    "book": BookModule(),
    "generic": GenericModule(),
}


def module_of(config: PassConfig) -> Module:
    """Return what computes a pass: its module, or several joined, on its timeline.

    The retail imbalance is computed with the trades.
    """
    names = [name for name in config.modules if name != "retail_imbalance" or "trade" not in config.modules]
    modules: dict[str, Module] = {name: MODULES[name] for name in names}
    if config.timeline_mode == "dense":
        modules = {name: DenseModule(module) for name, module in modules.items()}
    return modules[names[0]] if len(names) == 1 else JoinedModule(modules)
