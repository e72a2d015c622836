"""Adds TA-Lib's functions to a DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import FunctionNullHandling, PythonUDFType

from basalt.catalog.indicator_memory import memory
from basalt.catalog.indicators import Parameter as Number
from basalt.catalog.indicators import indicator_function
from basalt.compiler.indicators import Indicator, IndicatorOutput
from basalt.compiler.indicators.functions import SqlFunction
from basalt.compiler.model import CompiledPass
from basalt.engine.indicators.applied import Applied
from basalt.engine.indicators.series import Floats, Stretches
from basalt.errors import IndicatorError


def called_functions(passes: Iterable[CompiledPass]) -> list[SqlFunction]:
    """Return the functions that the SQL of passes calls."""
    names = {each.function for one in passes if one.indicator_form.form == "udf" for each in one.indicators}
    return [SqlFunction(indicator_function(name)) for name in sorted(names)]


def add_functions(connection: duckdb.DuckDBPyConnection, functions: Iterable[SqlFunction]) -> None:
    """Add functions to a connection that does not have them yet."""
    functions = list(functions)
    if not functions:
        return
    query = "SELECT function_name FROM duckdb_functions() WHERE function_name LIKE 'talib_%'"
    present = {name for (name,) in connection.execute(query).fetchall()}
    for each in functions:
        if each.name not in present:
            connection.create_function(
                each.name,
                _Call(each),
                [*each.parameters],
                each.returns,
                type=PythonUDFType.ARROW,
                null_handling=FunctionNullHandling.SPECIAL,
            )


@dataclass(frozen=True)
class _Call:
    """What DuckDB calls with chunks of rows: a column per argument."""

    function: SqlFunction

    @property
    def __signature__(self) -> Signature:
        """What DuckDB counts the arguments by."""
        names = [f"p{number}" for number in range(len(self.function.parameters))]
        return Signature([Parameter(name, Parameter.POSITIONAL_ONLY) for name in names])

    def __call__(self, *arguments: pa.Array) -> pa.Array:
        columns = [pa.chunked_array(each).combine_chunks() for each in arguments]
        count = len(self.function.function.inputs)
        parameters = list(zip(*(each.to_pylist() for each in columns[count:]), strict=True)) or [()] * len(columns[0])
        changes = [place for place in range(1, len(parameters)) if parameters[place] != parameters[place - 1]]
        found = [
            _computed(self.function, [each[start:stop] for each in columns[:count]], parameters[start])
            for start, stop in pairwise([0, *changes, len(parameters)])
            if stop > start
        ]
        return pa.concat_arrays(found) if found else pa.array([], _type(self.function))


def _computed(function: SqlFunction, lists: Sequence[pa.ListArray], values: Sequence[Number]) -> pa.Array:
    """Return the outputs for rows of one set of parameters; null where a series is."""
    indicator = _indicator(function, values)
    missing = np.logical_or.reduce([each.is_null().to_numpy(zero_copy_only=False) for each in lists])
    lists = [pc.if_else(pa.array(~missing), each, pa.scalar([], each.type)) for each in lists]
    lengths = [pc.list_value_length(each).to_numpy() for each in lists]
    if any((each != lengths[0]).any() for each in lengths):
        message = f"{indicator} was given lists of different lengths"
        raise IndicatorError(message)
    offsets = np.concatenate(([0], np.cumsum(lengths[0])))
    begins = np.zeros(offsets[-1], dtype=bool)
    begins[offsets[:-1][lengths[0] > 0]] = True
    numbers = {name: _numbers(each) for name, each in zip(indicator.inputs, lists, strict=True)}
    applied = Applied(indicator, Stretches.of(numbers, begins, indicator), lambda _: "a series", "in SQL")
    mask = pa.array(missing) if missing.any() else None
    outputs = [
        pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values, mask=mask) for values in applied.columns()
    ]
    if len(outputs) == 1:
        return outputs[0]
    return pa.StructArray.from_arrays(outputs, names=list(function.function.outputs), mask=mask)


def _numbers(lists: pa.ListArray) -> Floats:
    found: Floats = np.ascontiguousarray(lists.flatten().cast(pa.float64()).to_numpy(zero_copy_only=False))
    return found


def _indicator(function: SqlFunction, values: Sequence[Number]) -> Indicator:
    """Return the indicator that a call asks for. Raises IndicatorError for parameters that TA-Lib does not take."""
    talib = function.function
    parameters = dict(zip(talib.defaults, values, strict=True))
    if not talib.accepts(parameters):
        message = f"{talib.name} does not take these parameters: {parameters}"
        raise IndicatorError(message)
    return Indicator(
        function=talib.name,
        inputs=tuple(each.name for each in talib.inputs),
        parameters=parameters,
        outputs=tuple(
            IndicatorOutput(index=index, column=name, type=type_)
            for index, (name, type_) in enumerate(zip(talib.outputs, function.element_types, strict=True))
        ),
        lookback=talib.lookback(parameters),
        memory=memory(talib, parameters),
    )


def _type(function: SqlFunction) -> pa.DataType:
    lists = [pa.list_(pa.int32() if type_ == "INTEGER" else pa.float64()) for type_ in function.element_types]
    return lists[0] if len(lists) == 1 else pa.struct(list(zip(function.function.outputs, lists, strict=True)))
