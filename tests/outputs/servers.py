"""What the tests know of the servers that outputs are written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "canary/: of@many?signs"  # noqa: S105 - of servers that live for the tests
VARIABLE = "BASALT_TEST_PASSWORD"


@dataclass(frozen=True)
class Server:
    """A Postgres server that listens on a socket in a folder."""

    folder: Path

    @property
    def url(self) -> str:
        """The URL as a pipeline has it."""
        return f"postgresql://market:${{{VARIABLE}}}@/postgres?host={self.folder}"

    def connect(self) -> psycopg.Connection:
        """Connect without Basalt."""
        return psycopg.connect(
            host=str(self.folder), user="market", password=PASSWORD, dbname="postgres", autocommit=True
        )


@dataclass(frozen=True)
class Store:
    """A server that speaks S3, with one bucket."""

    client: Any

    def names(self) -> list[str]:
        """The keys of all objects, but for the records of what was written."""
        found = [each["Key"] for each in self.client.list_objects_v2(Bucket="market").get("Contents", [])]
        return sorted(key for key in found if not ("_basalt/" in key and key.endswith(".json")))

    def read(self, key: str) -> bytes:
        """What an object holds."""
        content: bytes = self.client.get_object(Bucket="market", Key=key)["Body"].read()
        return content
