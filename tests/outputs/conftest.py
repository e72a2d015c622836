"""Servers that outputs are written to, started for the tests and stopped after them."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import boto3
import pytest
from postgres_server import postgres, server
from servers import PASSWORD, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["postgres", "s3_port", "server", "store"]


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    """The port of a server that speaks S3, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if "Running on" in line:
                break
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield port
        server.terminate()


@pytest.fixture
def store(s3_port: int, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty bucket, and in the environment what it takes to use it."""
    settings = {
        "AWS_ACCESS_KEY_ID": "canary",
        "AWS_SECRET_ACCESS_KEY": PASSWORD,
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3_port}",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="market")
    for each in client.list_objects_v2(Bucket="market").get("Contents", []):
        client.delete_object(Bucket="market", Key=each["Key"])
    return Store(client)
