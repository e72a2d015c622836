"""Servers that outputs are written to, started for the tests and stopped after them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from servers import PASSWORD, VARIABLE, Server, Store

if TYPE_CHECKING:
    from collections.abc import Iterator


def _programs() -> Path:
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).parent)
    if not found:
        pytest.fail("these tests need Postgres: apt-get install postgresql")
    return found[-1]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A Postgres server of the tests' own, with a password."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    password = folder / "password"
    password.write_text(PASSWORD)
    user = "postgres" if os.geteuid() == 0 else None  # the server does not run as root
    if user:
        for path in (folder, password):
            shutil.chown(path, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, *arguments], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=120
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "market", "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync", "-E", "UTF8")
    settings = f"-c listen_addresses='' -k {folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
    try:
        yield Server(folder)
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def server(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The Postgres server, empty, its password in the environment."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    with postgres.connect() as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres


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
