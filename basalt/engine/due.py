"""Whether the rows of some days have to be written, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from basalt.configuration.days import Days
from basalt.engine.fingerprints import Fingerprint
from basalt.engine.inputs import Stamps
from basalt.outputs.written import Written

_CHANGED = {"output": "changed output settings", "engine": "changed engine"}
_NAMED = 2


@dataclass(frozen=True)
class Now:
    """What the rows of some days would be computed by and from now; ``present`` are all files that there are."""

    fingerprint: Fingerprint
    inputs: Stamps
    present: Stamps


def why_due(records: Sequence[Written], days: Days, now: Now) -> str | None:
    """Return why days have to be written, None where what is recorded of them is what would be written."""
    found = [each for each in records if each.days.overlaps(days)]
    if not days.are_covered_by(each.days for each in found):
        return "new"
    reasons = (_other_fingerprint(each.fingerprint, now.fingerprint) for each in found)
    if reason := next((each for each in reasons if each is not None), None):
        return reason
    changed = list(dict.fromkeys(_changed_inputs(found, now)))
    if not changed:
        return None
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    return f"changed input: {', '.join(changed[:_NAMED])}{more}"


def _other_fingerprint(was: Fingerprint, now: Fingerprint) -> str | None:
    if was.get("sql") != now["sql"]:
        is_same = was.get("configuration") == now["configuration"]
        return "changed templates" if is_same else "changed configuration"
    changed = next((name for name in _CHANGED if was.get(name) != now[name]), None)
    if changed == "engine":
        return f"{_CHANGED[changed]}: {was.get(changed)} before, {now[changed]} now"
    return _CHANGED[changed] if changed else None


def _changed_inputs(found: Sequence[Written], now: Now) -> Iterator[str]:
    """Yield the files that are not what they were, are there no more, or were not there."""
    known: set[str] = set()
    for each in found:
        for file, stamp in each.inputs.items():
            known.add(file)
            if file not in now.present or (file in now.inputs and now.inputs[file] != stamp):
                yield file
    yield from (file for file in now.inputs if file not in known)
