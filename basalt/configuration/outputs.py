"""Where the result of a pass lands."""

from __future__ import annotations

from string import Formatter
from typing import Literal

from pydantic import field_validator

from basalt.configuration.base import ConfigModel, PathText

PATH_FIELDS = ("datasetname", "pass", "universe", "start_date", "end_date")
"""What a path template may name in braces."""


class OutputTarget(ConfigModel):
    """A pass as one Parquet file, written aside and then renamed: a failed run leaves the old file whole."""

    type: Literal["parquet"] = "parquet"
    """The kind of target."""
    path_template: PathText = "data/{datasetname}/{pass}/{start_date}_{end_date}.parquet"
    """Path of the file; may name {datasetname} {pass} {universe} {start_date} {end_date}. An open start is written
    ``first``, an open end ``last``, and no universe ``all``. In a pipeline file relative to that file."""

    @field_validator("path_template")
    @classmethod
    def _known_fields(cls, template: str) -> str:
        try:
            fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template)]
        except ValueError as error:
            message = f"{template!r} is not a path template: {error}"
            raise ValueError(message) from None
        for name, spec, conversion in fields:
            if name is not None and (name not in PATH_FIELDS or spec or conversion):
                message = f"unknown field {{{name}}}; there are {', '.join(f'{{{field}}}' for field in PATH_FIELDS)}"
                raise ValueError(message)
        if not template.strip():
            message = "a path template must not be empty"
            raise ValueError(message)
        return template
