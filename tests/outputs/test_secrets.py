"""A secret comes from the environment and goes to the server, and nowhere else."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from servers import PASSWORD, VARIABLE, Server, Store
from trade_outputs import minutes, trades, written

import basalt
from basalt.cli.datasets import list_datasets
from basalt.configuration.problems import validate
from basalt.errors import BasaltError, ConfigurationError, OutputError

WRONG = "another canary"
PIECES = [PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD), "canary", WRONG]


def assert_told_nowhere(*texts: str, folder: Path) -> None:
    """Look for every form of the secret in texts, and in all files below a folder."""
    told = [*texts, *(path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file())]
    assert [piece for piece in PIECES for each in told if piece in each] == []


def pipeline(folder: Path, target: dict[str, Any]) -> dict[str, Any]:
    return written(folder, trades(200), minutes(output=target))


def failure(folder: Path, target: dict[str, Any]) -> str:
    """Return all that a failing run tells: the message, and the traceback with what caused it."""
    with pytest.raises(BasaltError) as caught:
        basalt.run(pipeline(folder, target))
    error = caught.value
    return "".join([str(error), repr(error.problems), *traceback.format_exception(error)])


def test_a_run_that_succeeds_tells_no_secret(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = pipeline(tmp_path, {"type": "sql", "url": server.url})
    with basalt.run(config) as result:
        told = [repr(result.reports), repr(result.places), result.compiled.to_json(), result.compiled.script()]
        checked = validate(config)
        told += [repr(checked), checked.model_dump_json(), repr(list_datasets(checked, tmp_path / "p.yaml"))]
        rows = len(result["minutes"].arrow())
    with server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM minutes").fetchall() == [(rows,)]
        told += [str(connection.execute("SELECT * FROM basalt_runs").fetchall())]
    assert f"${{{VARIABLE}}}" in told[1], "the place is told with the reference"
    assert_told_nowhere(*told, *capfd.readouterr(), folder=tmp_path)


@pytest.mark.parametrize("driver", ["", "+psycopg"])
def test_runs_that_fail_tell_no_secret(
    driver: str, server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url.replace("postgresql:", f"postgresql{driver}:")
    target = {"type": "sql", "url": url}
    told = [failure(tmp_path, {**target, "url": url.replace("/postgres?", "/nothing?")})]
    told += [failure(tmp_path, {**target, "url": url.replace(str(server.folder), "/nowhere")})]
    told += [failure(tmp_path, {**target, "url": url.replace("@/postgres", "@:bad/postgres")})]
    basalt.run(pipeline(tmp_path, target)).close()
    with server.connect() as connection:
        connection.execute("ALTER TABLE minutes ADD CONSTRAINT impossible CHECK (false) NOT VALID")
    told += [failure(tmp_path, target)]
    assert "impossible" in told[-1]
    monkeypatch.setenv(VARIABLE, WRONG)
    told += [failure(tmp_path, target)]
    assert "authentication failed" in told[-1]
    monkeypatch.delenv(VARIABLE)
    told += [failure(tmp_path, target)]
    assert f"export {VARIABLE}=" in told[-1]
    assert_told_nowhere(*told, *capfd.readouterr(), folder=tmp_path)


def test_keys_of_an_object_store_are_not_told(store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    basalt.run(pipeline(tmp_path, {"path_template": "s3://market/{pass}.parquet"})).close()
    told = [failure(tmp_path, {"path_template": "s3://nowhere/{pass}.parquet"})]
    told += [failure(tmp_path, {"type": "delta", "path_template": "s3://nowhere/{pass}"})]
    told += [store.read(key).decode(errors="replace") for key in store.names()]
    assert_told_nowhere(*told, *capfd.readouterr(), folder=tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:canary@host/db",
        "postgresql://me:can@ary@host/db",
        "postgresql://me:canary/${X}@host/db",
        "postgresql://me@host/db?password=canary",
        "postgresql://host/db?sslpassword=canary&x=1",
        "canary",
        "postgresql:canary",
    ],
)
def test_a_secret_that_is_written_out_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        basalt.run(pipeline(tmp_path, {"type": "sql", "url": url}))
    assert "canary" not in "".join(traceback.format_exception(refused.value))
    assert "${" in str(refused.value)


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    with pytest.raises(OutputError, match="the environment has no NOT_THERE"):
        basalt.run(pipeline(tmp_path, {"type": "sql", "url": "postgresql://me:${NOT_THERE}@host/db"}))
