"""What the tests know of the servers that outputs are written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from postgres_server import PASSWORD, VARIABLE, Server

__all__ = ["PASSWORD", "VARIABLE", "Server", "Store"]


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
