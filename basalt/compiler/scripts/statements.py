"""A pass as one statement: what it reads stands in it as CTEs, so that it can be pasted anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from basalt.compiler.model import CompiledPass, CompiledPipeline, CompiledStep
from basalt.compiler.plan import Step
from basalt.compiler.scripts.completeness import function_note
from basalt.compiler.scripts.sources import attachments
from basalt.compiler.select import pass_sql
from basalt.compiler.sql import Fragment
from basalt.errors import CompileError, Problem


def statement(pipeline: CompiledPipeline, name: str) -> str:
    """Return a pass as one SELECT, without a semicolon; the passes that it reads are CTEs with CTEs of their own.

    Raises CompileError when one of them has the name of a step.
    """
    *read, _ = pipeline.closure(name)
    compiled = pipeline.passes[name]
    inlined, own = [_inlined(pipeline.passes[each]) for each in read], [*map(_step, compiled.steps)]
    _check_names(name, inlined, own)
    return f"{_needed(pipeline, [*read, name])}{pass_sql(f'{name}: {compiled.title}', [*inlined, *own])}"


def _check_names(name: str, inlined: Sequence[Step], own: Sequence[Step]) -> None:
    """Refuse passes with the name of a step: one statement has both."""
    taken = {each.name.casefold() for each in own[:-1]}
    problems = [
        Problem(f"{each.name} is the name of a step of {name}", f"pass {name}", "call the pass otherwise")
        for each in inlined
        if each.name.casefold() in taken
    ]
    if problems:
        raise CompileError(problems)


def _needed(pipeline: CompiledPipeline, names: Sequence[str]) -> str:
    """Return comments on what has to be there for a statement: databases, functions."""
    databases = (f"-- reads a database: {each}\n" for each in attachments(pipeline, names))
    functions = (function_note(pipeline.passes[each]) for each in names)
    return "".join(dict.fromkeys([*databases, *functions]))


def _inlined(compiled: CompiledPass) -> Step:
    """Return a pass as a step of the one that reads it."""
    name = compiled.states_name if compiled.states_sql else compiled.name
    first, _, body = compiled.full_sql.partition("\n")
    return Step(name, Fragment(body), first.removeprefix("-- "))


def _step(each: CompiledStep) -> Step:
    return Step(each.name, Fragment(each.sql), each.comment, each.is_computed_again, each.is_kept)
