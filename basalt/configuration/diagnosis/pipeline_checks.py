"""What pydantic cannot say yet while fields are wrong: names used twice, a range of dates that is reversed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from basalt.configuration.analytics import pipeline_disagreements
from basalt.configuration.diagnosis.mistakes import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def unseen_disagreements(raw: Mapping[str, Any], reported: Iterable[Mistake]) -> list[Mistake]:
    """Return what does not fit together in a mapping as far as it can be read, without what is reported already.

    A model's fields are compared with each other only when each of them is right; this compares them anyway.
    """
    tables = raw.get("TABLES")
    names = [name for name in tables if isinstance(name, str)] if isinstance(tables, Mapping) else []
    start, end = (_date(raw.get(key)) for key in ("START_DATE", "END_DATE"))
    places = {each.place for each in reported}
    found = pipeline_disagreements(list(_named_passes(raw)), names, start, end)
    return [Mistake(each.place, each.message) for each in found if each.place not in places]


def _named_passes(raw: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    passes = raw.get("PASSES")
    for position, each in enumerate(passes if isinstance(passes, list) else []):
        name = each.get("name") if isinstance(each, Mapping) else getattr(each, "name", None)
        if isinstance(name, str):
            yield position, name


def _date(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
