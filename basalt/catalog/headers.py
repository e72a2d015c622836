"""Reads templates: the header, which is data, and the SQL below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from basalt.errors import Problem, TemplateError

_HEADER_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPEN, _CLOSE = "/* ---", "--- */"
Header = TypeVar("Header", bound=BaseModel)


def templates_folder() -> Path:
    """Return the folder of SQL templates: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "sql_templates", package.parent / "sql_templates"):
        if folder.is_dir():
            return folder
    message = "the sql_templates folder is missing; the installation is incomplete"
    raise TemplateError(message, place=str(package))


def read_header(path: Path, model: type[Header], **follows: str) -> Header:
    """Return a template's header and the SQL below it (its ``value``) as a model; ``follows`` is known from the path.

    Raises TemplateError with everything that is missing in the header or cannot be there.
    """
    header, value = split_header(read_template(path), str(path))
    given = {"value": value.strip(), **follows}
    if reserved := given.keys() & header.keys():
        message = f"header: {', '.join(sorted(reserved))}: follows from the file, and is not in its header"
        raise TemplateError(message, place=str(path))
    try:
        return model.model_validate(header | given)
    except ValidationError as error:
        problems = [
            Problem(f"header: {'.'.join(str(part) for part in each['loc'])}: {each['msg']}", str(path))
            for each in error.errors()
        ]
        raise TemplateError(problems) from None


def read_template(path: Path) -> str:
    """Return the text of a template.

    Raises TemplateError when it cannot be read as UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"a template cannot be read: {error}"
        raise TemplateError(message, place=str(path)) from None


def split_header(text: str, place: str) -> tuple[dict[str, Any], str]:
    """Return a template's header as data and the SQL below it.

    Raises TemplateError when there is no header or it is not a YAML mapping.
    """
    if not text.startswith(_OPEN) or _CLOSE not in text:
        message = f"a template starts with a header between {_OPEN!r} and {_CLOSE!r}"
        raise TemplateError(message, place=place)
    raw, body = text.removeprefix(_OPEN).split(_CLOSE, 1)
    try:
        header = yaml.load(raw, _HEADER_LOADER)  # noqa: S506 - a safe loader, the quicker one where it was built
    except yaml.YAMLError as error:
        message = f"the header is not YAML: {error}"
        raise TemplateError(message, place=place) from None
    if not isinstance(header, dict):
        message = "the header is not a mapping"
        raise TemplateError(message, place=place)
    return header, body
