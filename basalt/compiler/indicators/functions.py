"""TA-Lib's functions as SQL functions over lists: their names and types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from basalt.catalog.indicators import IndicatorFunction, indicator_function, indicator_names
from basalt.compiler.sql import Fragment, Identifier, compose, join


@dataclass(frozen=True)
class SqlFunction:
    """A function over the ordered lists of a series: ``talib_sma(prices, 14)``.

    It takes a list of DOUBLE for each series and all parameters, and returns a list as long as theirs, or a STRUCT of
    lists by the names of the outputs where there are several. Nulls are skipped and come back null.
    """

    function: IndicatorFunction

    @property
    def name(self) -> str:
        """The name in SQL."""
        return function_name(self.function.name)

    @property
    def parameters(self) -> list[str]:
        """The types of what it takes."""
        kinds = ["BIGINT" if isinstance(default, int) else "DOUBLE" for default in self.function.defaults.values()]
        return ["DOUBLE[]"] * len(self.function.inputs) + kinds

    @property
    def element_types(self) -> tuple[str, ...]:
        """The type of a value of each output."""
        return self.function.output_types(self.function.defaults)

    @property
    def returns(self) -> str:
        """The type of what it returns."""
        if len(self.function.outputs) == 1:
            return f"{self.element_types[0]}[]"
        fields = zip(self.function.outputs, self.element_types, strict=True)
        return f"STRUCT({', '.join(f'{Identifier(name)} {type_}[]' for name, type_ in fields)})"

    def stand_in(self) -> Fragment:
        """Return a macro that has the function's name and types, and computes nothing."""
        names = join([Identifier(f"p{number}") for number in range(len(self.parameters))])
        casts = join(
            [
                compose("CAST({} AS " + type_ + ")", Identifier(f"p{number}"))
                for number, type_ in enumerate(self.parameters)
            ]
        )
        head = f"CREATE OR REPLACE MACRO {self.name}"
        return compose(head + "({}) AS CASE WHEN ({}) IS NULL THEN NULL::" + self.returns + " END", names, casts)


def function_name(name: str) -> str:
    """Return the name of a TA-Lib function in SQL."""
    return f"talib_{name.lower()}"


def sql_functions() -> Iterator[SqlFunction]:
    """Yield every function of the installed TA-Lib as an SQL function."""
    yield from (SqlFunction(indicator_function(name)) for name in indicator_names())
