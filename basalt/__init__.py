"""Basalt: multi-pass market-data analytics, SQL first.

>>> import basalt
>>> compiled = basalt.compile("pipeline.yaml")  # doctest: +SKIP
>>> print(compiled.passes["pass1"].sql)  # doctest: +SKIP
>>> with basalt.run("pipeline.yaml") as result:  # doctest: +SKIP
...     bars = result["pass1"].pl()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basalt.version import __version__

if TYPE_CHECKING:
    from basalt.api import (
        check,
        compile,  # noqa: A004 - the word for it
        compile_checks,
        dbt_project,
        document,
        explain,
        load,
        plan,
        publish,
        register_functions,
        run,
        translate,
    )

__all__ = [
    "__version__",
    "check",
    "compile",
    "compile_checks",
    "dbt_project",
    "document",
    "explain",
    "load",
    "plan",
    "publish",
    "register_functions",
    "run",
    "translate",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the API offers
    """Import the API when it is first used: ``import basalt`` itself stays fast."""
    if name in __all__:
        from basalt import api  # noqa: PLC0415 - duckdb and pyarrow take half a second to import

        return getattr(api, name)
    message = f"module 'basalt' has no attribute {name!r}"
    raise AttributeError(message)
