"""The engines that translations are run on."""

from __future__ import annotations

from postgres_server import postgres, server

__all__ = ["postgres", "server"]
