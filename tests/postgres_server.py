"""A Postgres server of the tests' own: started when a test asks for it, stopped after the last one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

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
