"""The kinds of scripts that a pipeline can be had as."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from basalt.compiler.model import CompiledPipeline
from basalt.compiler.scripts.completeness import check_complete
from basalt.compiler.scripts.macros import macros
from basalt.compiler.scripts.relations import tables, views
from basalt.compiler.scripts.sources import attached, check_sources
from basalt.compiler.scripts.statements import statement
from basalt.errors import CallError

ScriptForm = Literal["views", "tables", "ctes", "macros"]


def scripts(pipeline: CompiledPipeline, form: ScriptForm, names: Iterable[str]) -> dict[str, str]:
    """Return passes as scripts by name, which run in this order.

    ``ctes`` gives one statement per pass, which needs no other and ends without a semicolon or a line break; the other
    forms need the passes that they read, which are given as well. Raises CallError for macros of a pipeline without
    parameters, or anything else of one with them, IncompleteSqlError for what SQL alone does not yield, CompileError
    for passes that one statement cannot hold.
    """
    names = list(names)
    _check_parameters(pipeline, form)
    needed = [each for each in pipeline.passes if any(each in pipeline.closure(name) for name in names)]
    check_complete(pipeline.passes[each] for each in needed)
    check_sources(pipeline, needed)
    given = names if form == "ctes" else needed
    return {each: _script(pipeline, form, each) for each in given}


def joined(texts: Iterable[str], form: ScriptForm) -> str:
    """Return scripts as one text."""
    return ";\n\n".join(texts) + "\n" if form == "ctes" else "\n".join(texts)


def _check_parameters(pipeline: CompiledPipeline, form: ScriptForm) -> None:
    """Refuse macros without parameters, and parameters in anything else."""
    if (form == "macros") != bool(pipeline.parameters):
        has = "has" if pipeline.parameters else "has no"
        message = f"{form} were asked for of a pipeline whose SQL {has} parameters"
        raise CallError(message, suggestion="macros, and only these, are of basalt.compile(..., parametric=True)")


def _script(pipeline: CompiledPipeline, form: ScriptForm, name: str) -> str:
    compiled = pipeline.passes[name]
    match form:
        case "ctes":
            return statement(pipeline, name)
        case "macros":
            return f"{attached(pipeline, name)}{macros(compiled, pipeline.parameters)}"
        case "tables":
            return f"{attached(pipeline, name)}{tables(compiled)}"
        case "views":
            return f"{attached(pipeline, name)}{views(compiled)}"
