"""The SQL of checks: a scan for all numbers over some rows, rows that break a check, groups that are collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from basalt.compiler.layout import SelectItem, on_one_line, select_list
from basalt.compiler.select import select
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.quality.model import SAMPLES, Groups, PassChecks, QualityCheck, Reading, Samples, Total


def totals_query(totals: Sequence[Total], relation: Sql) -> Fragment:
    """Return the query of all numbers over a relation: one row, in the order given."""
    return select([SelectItem(total.value, total.name) for total in totals], relation)


def samples_query(samples: Samples, relation: Sql) -> Fragment:
    """Return the query of a few rows that break a check, the first by what tells them, as text."""
    items = [SelectItem(_as_text(Identifier(name)), name) for name in samples.shown]
    chosen = select(items, relation, where=[samples.condition])
    return compose("{}\nORDER BY ALL\nLIMIT {}", chosen, SAMPLES)


def groups_query(groups: Groups, relation: Sql) -> Fragment:
    """Return the query of how often each key occurs."""
    items = [SelectItem(expression, name) for name, expression in groups.keys.items()]
    return compose("SELECT\n    {},\n    count(*) AS group_rows\nFROM {}\nGROUP BY ALL", select_list(items), relation)


def offenders_query(offenders: Sql, columns: Sequence[str]) -> Fragment:
    """Return the query of a few of the groups that break a check, as text, each with how many there are in all."""
    items = [SelectItem(_as_text(Identifier(name)), name) for name in columns]
    return compose(
        "SELECT\n    {},\n    count(*) OVER () AS offenders\nFROM ({})\nORDER BY ALL\nLIMIT {}",
        select_list(items),
        offenders,
        SAMPLES,
    )


def relation_of(reading: Reading, passes: Mapping[str, Sql]) -> Sql:
    """Return what stands after FROM for some rows; ``passes`` says it of passes."""
    if reading.query is not None:
        return compose("(\n{}\n)", reading.query)
    assert reading.pass_name is not None  # noqa: S101 - rows are those of a pass or of a query
    return passes[reading.pass_name]


def script(checks: PassChecks) -> str:
    """Return the SQL of a pass's checks for a person: what is asked of the rows of each slice, and which rows fail."""
    passes = {each.pass_name: Identifier(each.pass_name) for each in checks.readings if each.pass_name is not None}
    statements = [*_scans(checks, passes)]
    for number, check in enumerate(checks.checks, start=1):
        statements += _closer_looks(number, check, passes)
    return "\n\n".join(f"-- {on_one_line(title)}\n{text};" for title, text in statements) + "\n"


def _scans(checks: PassChecks, passes: Mapping[str, Sql]) -> Iterator[tuple[str, str]]:
    """Yield the title and the text of the query of all numbers over each of the relations that are read."""
    for reading in checks.readings:
        if totals := checks.totals(reading):
            title = f"checks of pass {checks.pass_name}: numbers over the rows of {reading.title}"
            yield title, totals_query(totals, relation_of(reading, passes)).text


def _closer_looks(number: int, check: QualityCheck, passes: Mapping[str, Sql]) -> Iterator[tuple[str, str]]:
    """Yield title and text of what is asked where the numbers of a check give a reason to."""
    name = f"{check.kind} of {check.subject}"
    if (samples := check.rule.samples) is not None:
        query = samples_query(samples, relation_of(samples.of, passes))
        yield f"{name}: rows that break it, where {samples.when} is not 0", query.text
    tables = {groups.name: Identifier(f"{groups.name}_{number}") for groups in check.rule.groups}
    for groups in check.rule.groups:
        when = f", where {groups.when} is not 0" if groups.when else ""
        query = groups_query(groups, relation_of(groups.of, passes))
        yield f"{name}: groups of {groups.of.title}{when}", f"CREATE TEMP TABLE {tables[groups.name]} AS\n{query}"
    if (offenders := check.rule.offenders(tables)) is not None:
        yield f"{name}: groups that break it", offenders.text


def _as_text(expression: Sql) -> Fragment:
    return compose("CAST({} AS VARCHAR)", expression)
