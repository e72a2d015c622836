"""What a generic pass warns of after it has run: rows that the tables it looks things up in do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basalt.compiler.layout import names
from basalt.compiler.modules.generic.dated import counted
from basalt.compiler.modules.generic.grids import BUCKETED
from basalt.compiler.modules.generic.membership import MEMBERS, MembershipJoin
from basalt.compiler.modules.generic.reference import MAPPED
from basalt.compiler.plan import Check, Relations, Step, in_message
from basalt.compiler.select import pass_sql, select
from basalt.compiler.sql import Fragment, Identifier, compose

if TYPE_CHECKING:
    from basalt.compiler.modules.generic.planned import GenericPass


def cautions(planned: GenericPass, relations: Relations) -> list[Check]:
    """Return the counts of listings without reference data, for each key, and of members of no group."""
    found = [_without_reference(planned, key, relations) for key in planned.looked_up]
    members = planned.reading.members
    return found if members is None else [*found, _without_group(planned, members, relations)]


def _without_reference(planned: GenericPass, key: str, relations: Relations) -> Check:
    nothing = compose("{} IS NULL", Identifier(key))
    rows = select(names(["ListingId"]), Identifier(MAPPED), where=[nothing])
    message = (
        f"pass {planned.config.name}: {{count}} listings have no {in_message(key)} in reference; their key is null"
        " (such as {samples})"
    )
    steps = planned.reading.steps(planned.reading.needs_in_order, relations)
    query = _query("listings without reference data", steps, counted(rows, "ListingId"))
    return Check(query, message, when=nothing)


def _without_group(planned: GenericPass, members: MembershipJoin, relations: Relations) -> Check:
    """Count what is never in a group; what is in one for a part of the time is not told."""
    steps = planned.reading.steps(planned.reading.needs_in_order, relations)
    keys = names(members.on)
    before = [step.name for step in steps if step.name in ("source_bars", BUCKETED)]
    bars = Identifier(before[-1])
    rows = compose("SELECT {}\nFROM {}\nANTI JOIN {} USING ({})", keys, bars, Identifier(MEMBERS), keys)
    what = in_message(f"{', '.join(members.on)} of {planned.bars.name}")
    message = (
        f"pass {planned.config.name}: {{count}} {what} belong to no {in_message(', '.join(members.groups))}"
        f" in {in_message(members.table.name)}; their rows are left out (such as {{samples}})"
    )
    return Check(_query("rows without a group", steps, counted(rows, members.on[0])), message)


def _query(title: str, steps: list[Step], result: Fragment) -> Fragment:
    return pass_sql(title, [*steps, Step("result", result, "how many, and which")])
