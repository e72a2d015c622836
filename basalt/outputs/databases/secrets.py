"""Takes the secrets of a URL from the environment, and keeps them out of messages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote

from basalt.configuration.database_urls import filled_in, references
from basalt.errors import OutputError


@dataclass(frozen=True)
class SecretUrl:
    """A URL with references such as ``${PGPASSWORD}``; that is how it is shown."""

    text: str

    def filled_in(self) -> str:
        """Return the URL to connect to. Raises OutputError for a variable that is not set."""
        return filled_in(self.text, self._values())

    def without_secrets(self, message: str) -> str:
        """Return a message in which no value from the environment stands."""
        for name, value in self._values().items():
            for form in {value, quote(value, safe=""), quote(value)} - {""}:
                message = message.replace(form, f"${{{name}}}")
        return message

    def __str__(self) -> str:
        return self.text

    def _values(self) -> dict[str, str]:
        found = {name: os.environ.get(name) for name in references(self.text)}
        missing = [name for name, value in found.items() if value is None]
        if missing:
            message = f"the environment has no {', '.join(missing)}, which {self.text} refers to"
            raise OutputError(message, place=self.text, suggestion=f"export {missing[0]}=...")
        return {name: value for name, value in found.items() if value is not None}
