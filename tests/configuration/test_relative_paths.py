"""Relative paths of a pipeline file count from its folder, whatever the folder is called."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from basalt.configuration.load import load_pipeline
from basalt.errors import ConfigurationError

VWAP_ONLY = "{name: a, modules: trade, trade_analytics: {generic_metrics: [{measures: VWAP}]}"
FOLDERS = ["plain", "data[1]", "[!a]", "[abc", "a]b", "st*r", "wh?t", "br{ce}s", "qu'ote", "sp ace", "{a,b}", "a{b"]


def pipeline(folder: Path, rest: str, output: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pipeline.yaml"
    file.write_text(f"PASSES: [{VWAP_ONLY}{output}}}]\n{rest}")
    return file


def table_paths(file: Path) -> list[str]:
    return load_pipeline(file).TABLES["t"].path


def test_paths_of_tables(tmp_path: Path) -> None:
    written = [
        "x.parquet",
        "./x/*.csv",
        "../x.csv",
        "../../x",
        "/abs/x",
        "s3://b/x",
        "https://h/x",
        "a/../b",
        "..",
        ".",
    ]
    file = pipeline(tmp_path / "a" / "b", f"TABLES: {{t: {written}}}")
    base = str(tmp_path)
    assert table_paths(file) == [
        f"{base}/a/b/x.parquet",
        f"{base}/a/b/x/*.csv",
        f"{base}/a/x.csv",
        f"{base}/x",
        "/abs/x",
        "s3://b/x",
        "https://h/x",
        f"{base}/a/b/a/../b",
        f"{base}/a/b/..",
        f"{base}/a/b/.",
    ]


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/{me}[1]")
    file = pipeline(
        tmp_path, "TABLES: {t: [~/x, ~, ~nobody_of_that_name/x]}\nOUTPUT_TARGET: {path_template: '~/{pass}'}"
    )
    text = file.read_text().replace(" ~,", " '~',")
    file.write_text(text)
    config = load_pipeline(file)
    assert config.TABLES["t"].path == ["/home/{me}[[]1]/x", "/home/{me}[[]1]", f"{tmp_path}/~nobody_of_that_name/x"]
    assert config.OUTPUT_TARGET
    assert config.OUTPUT_TARGET.path_template == "/home/{{me}}[1]/{pass}"


def test_a_database_and_its_table(tmp_path: Path) -> None:
    table = load_pipeline(pipeline(tmp_path / "d[1]", "TABLES: {t: {database: m.duckdb, table: s.trades}}")).TABLES["t"]
    assert (table.database, table.table) == (f"{tmp_path}/d[1]/m.duckdb", "s.trades")


def test_output_targets(tmp_path: Path) -> None:
    file = pipeline(tmp_path / "br{ce}s", "OUTPUT_TARGET: {}", ", output: {path_template: 'out/{pass}.parquet'}")
    config = load_pipeline(file)
    assert config.OUTPUT_TARGET
    assert config.PASSES[0].output
    default = "data/{datasetname}/{pass}/{start_date}_{end_date}.parquet"
    assert config.OUTPUT_TARGET.path_template == f"{tmp_path}/br{{{{ce}}}}s/{default}"
    filled = config.PASSES[0].output.path_template.format(**{"pass": "a"})
    assert filled == f"{tmp_path}/br{{ce}}s/out/a.parquet"


def test_output_targets_elsewhere_stay(tmp_path: Path) -> None:
    for template in ("s3://bucket/{pass}.parquet", "/out/{pass}.parquet"):
        target = load_pipeline(pipeline(tmp_path, f"OUTPUT_TARGET: {{path_template: '{template}'}}")).OUTPUT_TARGET
        assert target
        assert target.path_template == template


@pytest.mark.parametrize("name", FOLDERS)
def test_duckdb_reads_the_files_and_no_others(tmp_path: Path, name: str) -> None:
    connection = duckdb.connect()
    for folder, value in ((name, 1), ("data1", 2), ("stXr", 3), ("whXt", 4), ("b", 5), ("c", 6)):
        (tmp_path / folder).mkdir(exist_ok=True)
        relation = connection.sql(f"select {value} as x")
        relation.write_parquet(str(tmp_path / folder / "one.parquet"))
    for written in ("one.parquet", "*.parquet", "./on?.parquet", "[no]ne.parquet", "**/*.parquet"):
        (path,) = table_paths(pipeline(tmp_path / name, f"TABLES: {{t: '{written}'}}"))
        rows = connection.execute("select x from read_parquet($1)", [path]).fetchall()
        assert rows == [(1,)], written


def test_a_glob_below_a_backslash_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "back\\slash"
    assert table_paths(pipeline(folder, "TABLES: {t: x.parquet}")) == [f"{folder}/x.parquet"]
    file = pipeline(folder, "TABLES: {t: [x.parquet, '*.parquet']}")
    with pytest.raises(ConfigurationError) as refused:
        load_pipeline(file)
    (problem,) = refused.value.problems
    assert problem.place == f"{file}: TABLES.t.path[1]"
    assert problem.message.startswith(f"a glob cannot be used in the folder {str(folder)!r}")
    assert problem.suggestion == "rename the folder, or name the files one by one"


def test_paths_do_not_depend_on_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline(tmp_path / "a", "TABLES: {t: ../x.parquet}")
    monkeypatch.chdir(tmp_path)
    assert table_paths(Path("a/pipeline.yaml")) == [f"{tmp_path}/x.parquet"]


def test_parents_are_those_of_the_real_folder(tmp_path: Path) -> None:
    pipeline(tmp_path / "real" / "deep", "TABLES: {t: ../x.parquet}")
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    assert table_paths(tmp_path / "link" / "pipeline.yaml") == [f"{tmp_path}/real/x.parquet"]


def test_paths_given_as_overrides_count_from_the_same_folder(tmp_path: Path) -> None:
    file = pipeline(tmp_path, "TABLES: {t: x.parquet}")
    assert load_pipeline(file, ["TABLES.t=y.parquet"]).TABLES["t"].path == [f"{tmp_path}/y.parquet"]


def test_pathlib_paths_of_python(tmp_path: Path) -> None:
    text = """
from pathlib import Path
from basalt.configuration import AnalyticsConfig, ParquetTarget, TableConfig
CONFIG = AnalyticsConfig(
    PASSES=[{"name": "a", "modules": "trade", "trade_analytics": {"generic_metrics": [{"measures": "VWAP"}]}}],
    TABLES={"t": Path("x.parquet"), "u": [Path("/y")], "v": TableConfig(database=Path("z.duckdb"), table="v")},
    OUTPUT_TARGET=ParquetTarget(path_template=Path("out") / "{pass}"),
)
"""
    (tmp_path / "pipeline.py").write_text(text)
    config = load_pipeline(tmp_path / "pipeline.py")
    assert config.TABLES["t"].path == [f"{tmp_path}/x.parquet"]
    assert config.TABLES["u"].path == ["/y"]
    assert config.TABLES["v"].database == f"{tmp_path}/z.duckdb"
    assert config.OUTPUT_TARGET
    assert config.OUTPUT_TARGET.path_template == f"{tmp_path}/out/{{pass}}"


def test_folders_of_templates(tmp_path: Path) -> None:
    file = pipeline(tmp_path / "a[1]", "TEMPLATE_PATHS: [mine, ../shared, /abs]")
    base = str(tmp_path)
    assert [f"{base}/a[1]/mine", f"{base}/shared", "/abs"] == load_pipeline(file).TEMPLATE_PATHS
    assert [f"{base}/mine"] == load_pipeline(pipeline(tmp_path, "TEMPLATE_PATHS: mine")).TEMPLATE_PATHS
